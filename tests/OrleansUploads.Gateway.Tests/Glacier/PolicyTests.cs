using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Policies apply to every operation on a vault.</summary>
public sealed class PolicyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    public static TheoryData<string> Guarded => [.. OperationTests.OnVaults.Select(action => action.ToString())];

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task An_operation_on_a_vault_obeys_its_policies(string operation)
    {
        var vault = await gateway.NewVaultAsync();
        var policy = PolicyOf("Deny", $"glacier:{operation}", sid: "not-this");
        (await gateway.SendAsync(InitiateLock(vault, policy))).Expect(201);
        var answer = await gateway.SendAsync(OperationTests.RequestTo(vault, Enum.Parse<VaultAction>(operation)));
        answer.ExpectDenied(
            $"arn:aws:iam::111122223333:root is not authorized to perform glacier:{operation} on "
            + $"arn:aws:glacier:us-east-1:111122223333:vaults/{vault}: statement 1 (Sid 'not-this') of the vault's lock "
            + "policy denies it.");
        var other = operation == "DescribeVault" ? ListTags(vault) : DescribeVault(vault);
        (await gateway.SendAsync(other)).Expect(200);
    }

    [Fact]
    public async Task Account_operations_and_CreateVault_ignore_vault_policies()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "*")))).Expect(204);
        Assert.Equal(
            ["CreateVault", "GetDataRetrievalPolicy", "ListProvisionedCapacity", "ListVaults", "PurchaseProvisionedCapacity",
                "SetDataRetrievalPolicy"],
            Enum.GetValues<VaultAction>().Except(OperationTests.OnVaults).Select(action => action.ToString()).Order(StringComparer.Ordinal));
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        (await gateway.SendAsync(ListVaults())).Expect(200);
        (await gateway.SendAsync(DescribeVault(vault))).ExpectDenied("access policy denies it");
    }

    [Fact]
    public async Task An_access_policy_may_use_a_condition_key_that_is_always_absent()
    {
        var vault = await gateway.NewVaultAsync();
        var equals = PolicyOf("Deny", "*", """{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}""");
        (await gateway.SendAsync(SetAccessPolicy(vault, equals))).Expect(204);
        (await gateway.SendAsync(DescribeVault(vault))).Expect(200);
        var differs = PolicyOf("Deny", "glacier:DescribeVault", """{"StringNotEquals":{"aws:PrincipalTag/team":"blue"}}""");
        (await gateway.SendAsync(SetAccessPolicy(vault, differs))).Expect(204);
        (await gateway.SendAsync(DescribeVault(vault))).ExpectDenied("access policy denies it");
        (await gateway.SendAsync(DeleteAccessPolicy(vault))).Expect(204);
        (await gateway.SendAsync(DescribeVault(vault))).Expect(200);
    }

    [Fact]
    public async Task A_policy_is_returned_as_it_was_sent_and_can_be_replaced_and_deleted()
    {
        var vault = await gateway.NewVaultAsync();
        var first = PolicyOf("Deny", "glacier:DeleteVault", sid: "über \\\"all\\\"") + " \n";
        (await gateway.SendAsync(SetAccessPolicy(vault, first))).Expect(204);
        var shown = (await gateway.SendAsync(GetAccessPolicy(vault))).Expect(200);
        Assert.Equal("application/json", shown.Header("Content-Type"));
        Assert.Equal(first, Assert.Single(shown.Json.EnumerateObject()).Value.GetString());

        var second = PolicyOf("Deny", "glacier:ListJobs").PadRight(20 * 1024);
        (await gateway.SendAsync(SetAccessPolicy(vault, second))).Expect(204);
        (await gateway.SendAsync(SetAccessPolicy(vault, second))).Expect(204);
        Assert.Equal(second, (await gateway.SendAsync(GetAccessPolicy(vault))).Json.GetProperty("Policy").GetString());
        (await gateway.SendAsync(ListJobs(vault))).Expect(403);

        (await gateway.SendAsync(DeleteAccessPolicy(vault))).Expect(204);
        (await gateway.SendAsync(DeleteAccessPolicy(vault))).Expect(204);
        (await gateway.SendAsync(GetAccessPolicy(vault))).ExpectNotFound("No access policy is set");
        (await gateway.SendAsync(ListJobs(vault))).Expect(200);
        (await gateway.SendAsync(DeleteVault(vault))).Expect(204);
    }

    [Fact]
    public async Task Policies_are_checked_after_the_vault_and_before_parameters()
    {
        var vault = await gateway.NewVaultAsync();
        var invalid = UploadArchive(vault, Bytes(7)).With("x-amz-sha256-tree-hash", "12");
        (await gateway.SendAsync(invalid)).ExpectInvalid("tree-hash");
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:UploadArchive")))).Expect(204);
        (await gateway.SendAsync(invalid)).ExpectDenied("UploadArchive");
        (await gateway.SendAsync(invalid with { Target = "/-/vaults/nowhere/archives" })).Expect(404);
    }

    [Fact]
    public async Task Another_account_may_do_what_a_policy_allows_and_learns_nothing_else()
    {
        var vault = await gateway.NewVaultAsync();
        var owned = $"/{GatewaySetup.Account}/vaults/{vault}";
        await AssertClosedAsync(new("GET", owned));
        await AssertClosedAsync(new("GET", owned + "-that-is-not-there"));
        await AssertClosedAsync(new("GET", $"/{GatewaySetup.Account}/vaults/in%20possible"));
        await AssertClosedAsync(new("GET", $"/{GatewaySetup.Account}/vaults"));
        await AssertClosedAsync(new("PUT", owned));

        var stranger = $$"""{"AWS":"{{GatewaySetup.StrangersAccount}}"}""";
        var policy = PolicyOf("Allow", "glacier:UploadArchive", principal: stranger);
        (await gateway.SendAsync(SetAccessPolicy(vault, policy))).Expect(204);
        var upload = UploadArchive(vault, Bytes(7)) with { Target = owned + "/archives" };
        var uploaded = (await gateway.SendAsync(upload, Signer.Stranger)).Expect(201);
        Assert.Equal($"{owned}/archives/{uploaded.Header("x-amz-archive-id")}", uploaded.Header("Location"));
        Assert.Equal(1, (await gateway.SendAsync(DescribeVault(vault))).Json.GetProperty("NumberOfArchives").GetInt32());
        await AssertClosedAsync(new("GET", owned));

        (await gateway.SendAsync(InitiateLock(vault, PolicyOf("Deny", "*")))).Expect(201);
        (await gateway.SendAsync(upload, Signer.Stranger)).ExpectDenied("of the vault's lock policy denies it");
        await AssertClosedAsync(new("GET", owned));

        async Task AssertClosedAsync(ApiRequest request)
        {
            var denied = await gateway.SendAsync(request, Signer.Stranger);
            denied.ExpectDenied($"The credentials of this request are not for the account {GatewaySetup.Account}, and no policy of that account allows them");
            denied.ExpectDenied($"They are of the account {GatewaySetup.StrangersAccount}, which '-' stands for.");
        }
    }

    [Fact]
    public async Task An_owner_is_never_locked_out_by_an_access_policy()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "*")))).Expect(204);
        (await gateway.SendAsync(DeleteVault(vault))).Expect(403);
        (await gateway.SendAsync(GetAccessPolicy(vault))).Expect(200);
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:*")))).Expect(204);
        (await gateway.SendAsync(DeleteAccessPolicy(vault))).Expect(204);
        (await gateway.SendAsync(DeleteVault(vault))).Expect(204);
    }

    [Theory]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}""", 403)]
    [InlineData("""{"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}}""", 200)]
    [InlineData("""{"Bool":{"aws:SecureTransport":"false"}}""", 403)]
    [InlineData("""{"StringLike":{"aws:UserAgent":"tests/?.*"}}""", 403)]
    [InlineData("""{"StringLike":{"aws:UserAgent":"others/*"}}""", 200)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-01T12:00:00Z"}}""", 200)]
    [InlineData("""{"DateGreaterThanEquals":{"aws:CurrentTime":"2026-03-01T12:00:00Z"}}""", 403)]
    [InlineData("""{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:root"}}""", 403)]
    [InlineData("""{"StringEquals":{"glacier:ResourceTag/team":"red"}}""", 403)]
    [InlineData("""{"Null":{"glacier:ArchiveAgeInDays":"false"}}""", 200)]
    public async Task Conditions_use_the_values_of_the_request(string condition, int status)
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"team":"red"}}"""))).Expect(204);
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:DescribeVault", condition)))).Expect(204);
        (await gateway.SendAsync(DescribeVault(vault).With("User-Agent", "tests/1.0"))).Expect(status);
    }

    [Fact]
    public async Task Archive_age_conditions_apply_to_retrievals_and_not_to_inventories()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(7));
        var young = """{"NumericLessThan":{"glacier:ArchiveAgeInDays":"2"}}""";
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:InitiateJob", young)))).Expect(204);
        (await gateway.SendAsync(Retrieve(vault, archive))).ExpectDenied("glacier:InitiateJob");
        (await gateway.SendAsync(RetrieveInventory(vault))).Expect(202);
        (await gateway.SendAsync(Retrieve(vault, new string('a', 138)))).ExpectNotFound("archive ID");
        (await gateway.SendAsync(InitiateJob(vault, "{"))).ExpectError(400, "SerializationException", "object of a job");
        gateway.Clock.Advance(TimeSpan.FromDays(2));
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
    }
}
