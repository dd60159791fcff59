import { describe, expect, it } from "vitest";
import type { PlannedGroup, PlannedUser } from "../model/index.ts";
import { userGroupMap } from "./user-group-map.ts";

const user = (id: number): PlannedUser => ({ id, name: `User ${id}`, login: `user${id}`, systemId: "AA==" });
const group = (id: number, members: readonly number[], owner?: number): PlannedGroup => ({
  id,
  name: `Group ${id}`,
  ownerIsUser: owner !== undefined && owner < 10,
  members,
  ...(owner === undefined ? {} : { owner }),
});

const plan = {
  users: [1, 2, 3, 4, 5].map(user),
  groups: [group(10, [2]), group(11, [3], 10), group(12, [5], 12)],
};

describe("userGroupMap()", () => {
  it("holds only those who are named, and owners and members of groups among them", () => {
    const { Users, Groups } = userGroupMap(plan, new Set([11, 1]));
    expect(Users.map(({ Id }) => Id)).toEqual(["1", "2", "3"]);
    expect(Groups).toEqual([
      { Id: "10", Name: "Group 10", Owner: "1073741823", OwnerIsUser: true, Member: [{ UserId: "2" }] },
      { Id: "11", Name: "Group 11", Owner: "10", OwnerIsUser: false, Member: [{ UserId: "3" }] },
    ]);
  });

  it("bears a group that owns itself", () => {
    expect(userGroupMap(plan, new Set([12])).Groups.map(({ Owner }) => Owner)).toEqual(["12"]);
  });

  it("is empty where nobody is named", () => {
    expect(userGroupMap(plan, new Set())).toEqual({ Users: [], Groups: [] });
  });

  it("writes all attributes of users and groups", () => {
    const full = {
      users: [
        {
          ...user(1),
          email: "a@b.c",
          isDomainGroup: true,
          isSiteAdmin: true,
          isDeleted: true,
          mobilePhone: "1",
          flags: 144,
        },
      ],
      groups: [
        {
          ...group(10, []),
          description: "d",
          onlyAllowMembersViewMembership: true,
          allowMembersEditMembership: false,
          allowRequestToJoinLeave: true,
          autoAcceptRequestToJoinLeave: false,
          requestToJoinLeaveEmailSetting: "",
        },
      ],
    };
    expect(userGroupMap(full, new Set([1, 10]))).toEqual({
      Users: [
        {
          Id: "1",
          Name: "User 1",
          Login: "user1",
          Email: "a@b.c",
          IsDomainGroup: true,
          IsSiteAdmin: true,
          MobilePhone: "1",
          SystemId: "AA==",
          IsDeleted: true,
          Flags: "144",
        },
      ],
      Groups: [
        {
          Id: "10",
          Name: "Group 10",
          Owner: "1073741823",
          OwnerIsUser: true,
          Description: "d",
          OnlyAllowMembersViewMembership: true,
          AllowMembersEditMembership: false,
          AllowRequestToJoinLeave: true,
          AutoAcceptRequestToJoinLeave: false,
          RequestToJoinLeaveEmailSetting: "",
          Member: [],
        },
      ],
    });
  });

  it("refuses someone whom the plan lacks", () => {
    expect(() => userGroupMap(plan, new Set([7]))).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});
