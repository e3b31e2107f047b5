namespace OrleansUploads.Core.Tests.Policies;

public sealed class PolicyVerdictTests
{
    private static readonly EffectivePolicy AllowsAll = SomePolicy.InForce(SomePolicy.With("Allow"));
    private static readonly EffectivePolicy DeniesAll = SomePolicy.InForce(SomePolicy.With("Deny"));

    [Theory]
    [InlineData("\"Principal\":\"*\"", true, true)]
    [InlineData("\"Principal\":{\"AWS\":\"*\"}", true, true)]
    [InlineData("\"Principal\":{\"AWS\":\"111122223333\"}", true, false)]
    [InlineData("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"}", true, false)]
    [InlineData("\"Principal\":{\"AWS\":[\"arn:aws:iam::999988887777:root\",\"123456789012\"]}", false, true)]
    [InlineData("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/ann\"}", false, false)]
    [InlineData("\"Principal\":{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/r/s\"}", false, false)]
    [InlineData("\"NotPrincipal\":{\"AWS\":\"111122223333\"}", false, true)]
    [InlineData("\"NotPrincipal\":{\"AWS\":[\"arn:aws:iam::111122223333:root\",\"999988887777\"]}", false, false)]
    [InlineData("\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::111122223333:user/ann\"}", true, true)]
    public void A_principal_names_accounts_but_not_their_users(string principal, bool owner, bool stranger)
    {
        var policy = SomePolicy.With(principal: principal);
        Assert.Equal(owner, SomePolicy.Applies(policy));
        Assert.Equal(stranger, SomePolicy.Applies(policy, SomePolicy.Request with { Caller = SomePolicy.Stranger }));
    }

    [Theory]
    [InlineData("\"Action\":\"*\"", true)]
    [InlineData("\"Action\":\"glacier:DeleteArchive\"", true)]
    [InlineData("\"Action\":\"Glacier:deletearchive\"", true)]
    [InlineData("\"Action\":[\"glacier:UploadArchive\",\"glacier:Delete*\"]", true)]
    [InlineData("\"Action\":\"glacier:??leteArchive\"", true)]
    [InlineData("\"Action\":\"glacier:DeleteVault*\"", false)]
    [InlineData("\"Action\":\"glacier:*Vault\"", false)]
    [InlineData("\"NotAction\":\"glacier:DeleteArchive\"", false)]
    [InlineData("\"NotAction\":[\"glacier:List*\",\"glacier:Get*\"]", true)]
    public void An_action_names_operations_with_wildcards_and_in_any_case(string action, bool applies) =>
        Assert.Equal(applies, SomePolicy.Applies(SomePolicy.With(action: action)));

    [Theory]
    [InlineData("\"Resource\":\"*\"", true)]
    [InlineData("\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/photos\"", true)]
    [InlineData("\"Resource\":\"arn:aws:glacier:*:*:vaults/pho*\"", true)]
    [InlineData("\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:*\"", true)]
    [InlineData("\"Resource\":[\"arn:aws:glacier:us-east-1:111122223333:vaults/x\",\"arn:aws:glacier:?*:*:*\"]", true)]
    [InlineData("\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/Photos\"", false)]
    [InlineData("\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/photo\"", false)]
    [InlineData("\"NotResource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/p*\"", false)]
    [InlineData("\"NotResource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/x*\"", true)]
    public void A_resource_names_vaults_with_wildcards(string resource, bool applies)
    {
        var policy = SomePolicy.With(resource: resource);
        Assert.Equal(applies, SomePolicy.Applies(policy));
        Assert.Equal(applies, policy.FindStatementForOtherVaults(SomePolicy.Vault) is null);
    }

    [Fact]
    public void A_denial_in_either_policy_overrides_every_allow()
    {
        foreach (var caller in new[] { Some.Account, SomePolicy.Stranger })
        {
            var request = SomePolicy.Request with { Caller = caller };
            AssertDenied(PolicyKind.Access, PolicyVerdict.Evaluate(DeniesAll, AllowsAll, request), request);
            AssertDenied(PolicyKind.Lock, PolicyVerdict.Evaluate(AllowsAll, DeniesAll, request), request);
            AssertDenied(PolicyKind.Lock, PolicyVerdict.Evaluate(DeniesAll, DeniesAll, request), request);
            AssertDenied(PolicyKind.Lock, PolicyVerdict.Evaluate(null, DeniesAll, request), request);
            Assert.IsType<PolicyVerdict.Allowed>(PolicyVerdict.Evaluate(AllowsAll, null, request));
            Assert.IsType<PolicyVerdict.Allowed>(PolicyVerdict.Evaluate(null, AllowsAll, request));
        }
    }

    [Fact]
    public void A_later_deny_overrides_an_earlier_allow()
    {
        var policy = SomePolicy.InForce(PolicyDocument.Parse(
            """
            {"Statement":[
              {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
              {"Sid":"keep","Effect":"Deny","Principal":"*","Action":"glacier:DeleteArchive","Resource":"*"}]}
            """));
        var denied = Assert.IsType<PolicyVerdict.Denied>(PolicyVerdict.Evaluate(policy, null, SomePolicy.Request));
        Assert.Equal("statement 2 (Sid 'keep')", denied.Statement.ToString());
        Assert.IsType<PolicyVerdict.Allowed>(
            PolicyVerdict.Evaluate(policy, null, SomePolicy.Request with { Action = VaultAction.DeleteVault }));
    }

    [Fact]
    public void An_operation_that_no_statement_mentions_is_allowed_only_for_the_owner()
    {
        var others = SomePolicy.InForce(SomePolicy.With("Allow", action: "\"Action\":\"glacier:ListJobs\""));
        var stranger = SomePolicy.Request with { Caller = SomePolicy.Stranger };
        foreach (var policy in new[] { null, others })
        {
            Assert.True(PolicyVerdict.Evaluate(policy, null, SomePolicy.Request).Permits(SomePolicy.Request));
            Assert.False(PolicyVerdict.Evaluate(policy, null, stranger).Permits(stranger));
        }

        Assert.True(PolicyVerdict.Evaluate(AllowsAll, null, stranger).Permits(stranger));
    }

    [Theory]
    [InlineData(VaultAction.SetVaultAccessPolicy)]
    [InlineData(VaultAction.GetVaultAccessPolicy)]
    [InlineData(VaultAction.DeleteVaultAccessPolicy)]
    public void A_lock_policy_but_not_an_access_policy_can_prevent_the_owner_from_changing_it(VaultAction action)
    {
        var owner = SomePolicy.Request with { Action = action };
        var stranger = owner with { Caller = SomePolicy.Stranger };
        Assert.True(PolicyVerdict.Evaluate(DeniesAll, null, owner).Permits(owner));
        AssertDenied(PolicyKind.Access, PolicyVerdict.Evaluate(DeniesAll, null, stranger), stranger);
        AssertDenied(PolicyKind.Lock, PolicyVerdict.Evaluate(null, DeniesAll, owner), owner);
    }

    private static void AssertDenied(PolicyKind kind, PolicyVerdict verdict, PolicyRequest request)
    {
        Assert.Equal(kind, Assert.IsType<PolicyVerdict.Denied>(verdict).Kind);
        Assert.False(verdict.Permits(request));
    }
}
