namespace OrleansUploads.Core.Tests.Policies;

public sealed class KeyScopeTests
{
    [Theory]
    [InlineData(KeyRole.Admin, "Look Read Add Report Change")]
    [InlineData(KeyRole.Read, "Look Read")]
    [InlineData(KeyRole.Upload, "Look Add")]
    [InlineData(KeyRole.Node, "Look Add Report")]
    public void A_role_permits_some_kinds_of_access(KeyRole role, string permitted)
    {
        var kinds = Enum.GetValues<KeyAccessKind>().Where(kind => new KeyScope(role, null).Permits(new KeyAccess(kind, "photos")));

        Assert.Equal(permitted, string.Join(' ', kinds));
    }

    [Fact]
    public void A_key_for_some_vaults_permits_nothing_elsewhere()
    {
        var scope = new KeyScope(KeyRole.Admin, ["photos", "letters"]);

        Assert.True(scope.Permits(new KeyAccess(KeyAccessKind.Change, "photos")));
        Assert.True(scope.Permits(new KeyAccess(KeyAccessKind.Change, "letters")));
        Assert.False(scope.Permits(new KeyAccess(KeyAccessKind.Look, "Photos")));
        Assert.False(scope.Permits(new KeyAccess(KeyAccessKind.Look, null)));
        Assert.False(scope.Permits(new KeyAccess(KeyAccessKind.Look, "photos", IsOwn: false)));
    }

    [Fact]
    public void Only_an_administrators_key_for_all_vaults_is_unlimited()
    {
        Assert.True(KeyScope.Unlimited.IsUnlimited);
        Assert.False(new KeyScope(KeyRole.Upload, null).IsUnlimited);
        Assert.False(new KeyScope(KeyRole.Admin, ["photos"]).IsUnlimited);
    }

    [Fact]
    public void Roles_are_parsed_by_the_names_with_which_they_are_stored()
    {
        foreach (var role in Enum.GetValues<KeyRole>())
        {
            Assert.True(KeyScope.TryParse(KeyScope.Format(role), out var parsed));
            Assert.Equal(role, parsed);
        }

        Assert.False(KeyScope.TryParse("Admin", out _));
        Assert.False(KeyScope.TryParse(null, out _));
    }
}
