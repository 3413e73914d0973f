from tests.approvals.tea_room import tea_room as tea_room
