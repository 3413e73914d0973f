from tests.approvals.tea_menu import tea_room as tea_room
