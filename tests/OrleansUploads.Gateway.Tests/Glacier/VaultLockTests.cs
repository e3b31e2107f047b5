using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The states of the vault lock and the archives that it protects.</summary>
public sealed class VaultLockTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>The example in Amazon's guide: no archive may be deleted before it is a year old.</summary>
    internal static readonly string KeepAYear = PolicyOf(
        "Deny", "glacier:DeleteArchive", """{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}""", "keep-a-year");

    [Fact]
    public async Task A_lock_is_initiated_described_and_completed()
    {
        var vault = await gateway.NewVaultAsync();
        var startedAt = gateway.Clock.Now;
        var id = await InitiateAsync(vault, KeepAYear);
        Assert.Matches("^[A-Za-z0-9_][A-Za-z0-9_-]{23}$", id);
        AssertLock(await GetAsync(vault), "InProgress", startedAt, startedAt + TimeSpan.FromHours(24));

        gateway.Clock.Advance(TimeSpan.FromHours(23));
        (await gateway.SendAsync(CompleteLock(vault, id))).Expect(204);
        AssertLock(await GetAsync(vault), "Locked", startedAt, null);
        (await gateway.SendAsync(CompleteLock(vault, id))).Expect(204);
        gateway.Clock.Advance(TimeSpan.FromDays(1000));
        AssertLock(await GetAsync(vault), "Locked", startedAt, null);
    }

    [Fact]
    public async Task During_a_lock_in_progress_another_lock_and_a_wrong_ID_are_refused_and_abort_succeeds()
    {
        var vault = await gateway.NewVaultAsync();
        var first = await InitiateAsync(vault, KeepAYear);
        (await gateway.SendAsync(InitiateLock(vault, KeepAYear))).ExpectDenied("is in progress until 20");
        foreach (var wrong in new[] { new string('l', 24), "short" })
        {
            (await gateway.SendAsync(CompleteLock(vault, wrong))).ExpectInvalid($"Invalid lock ID: {wrong}.");
        }

        (await gateway.SendAsync(AbortLock(vault))).Expect(204);
        (await gateway.SendAsync(AbortLock(vault))).Expect(204);
        (await gateway.SendAsync(GetLock(vault))).ExpectNotFound("No lock is in progress");
        (await gateway.SendAsync(CompleteLock(vault, first))).ExpectNotFound("No lock is in progress");
        var second = await InitiateAsync(vault, KeepAYear);
        Assert.NotEqual(first, second);
        (await gateway.SendAsync(CompleteLock(vault, first))).ExpectInvalid($"Invalid lock ID: {first}.");
        (await gateway.SendAsync(CompleteLock(vault, second))).Expect(204);
    }

    [Fact]
    public async Task A_locked_vault_cannot_be_unlocked()
    {
        var vault = await gateway.NewVaultAsync();
        var id = await LockAsync(vault, KeepAYear);
        var before = (await gateway.SendAsync(GetLock(vault))).Text;
        ApiRequest[] attempts =
        [
            InitiateLock(vault, PolicyOf("Allow", "*")),
            AbortLock(vault),
            CompleteLock(vault, new string('l', 24)),
            CompleteLock(vault, "x"),
        ];
        foreach (var attempt in attempts)
        {
            (await gateway.SendAsync(attempt)).ExpectDenied("The vault is locked permanently");
        }

        (await gateway.SendAsync(CompleteLock(vault, id))).Expect(204);
        Assert.Equal(before, (await gateway.SendAsync(GetLock(vault))).Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Not_even_the_owner_can_delete_an_archive_before_the_lock_permits_it(bool locked)
    {
        var vault = await gateway.NewVaultAsync();
        var old = await gateway.NewArchiveAsync(vault, Bytes(7));
        gateway.Clock.Advance(TimeSpan.FromDays(365) - Moment);
        var young = await gateway.NewArchiveAsync(vault, Bytes(9));
        var id = await InitiateAsync(vault, KeepAYear);
        if (locked)
        {
            (await gateway.SendAsync(CompleteLock(vault, id))).Expect(204);
            (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Allow", "*")))).Expect(204);
        }

        (await gateway.SendAsync(DeleteArchive(vault, old))).ExpectDenied("(Sid 'keep-a-year') of the vault's lock policy");
        gateway.Clock.Advance(Moment);
        (await gateway.SendAsync(DeleteArchive(vault, old))).Expect(204);
        (await gateway.SendAsync(DeleteArchive(vault, old))).Expect(204);
        (await gateway.SendAsync(DeleteArchive(vault, young))).ExpectDenied("keep-a-year");
        (await gateway.SendAsync(DeleteArchive(vault, new string('a', 138)))).Expect(404);
        (await gateway.SendAsync(DeleteVault(vault))).ExpectInvalid("Vault not empty");
        Assert.Equal(1, (await gateway.SendAsync(DescribeVault(vault))).Json.GetProperty("NumberOfArchives").GetInt32());
    }

    [Theory]
    [InlineData("true", 403)]
    [InlineData("", 403)]
    [InlineData("false", 204)]
    [InlineData(null, 204)]
    public async Task A_tag_can_place_a_legal_hold(string? hold, int status)
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(7));
        var held = """{"StringLike":{"glacier:ResourceTag/LegalHold":["true",""]}}""";
        await LockAsync(vault, PolicyOf("Deny", "glacier:DeleteArchive", held));
        if (hold is not null)
        {
            (await gateway.SendAsync(AddTags(vault, $$$"""{"Tags":{"LegalHold":"{{{hold}}}"}}"""))).Expect(204);
        }

        (await gateway.SendAsync(DeleteArchive(vault, archive))).Expect(status);
        (await gateway.SendAsync(RemoveTags(vault, """{"TagKeys":["LegalHold"]}"""))).Expect(204);
        (await gateway.SendAsync(DeleteArchive(vault, archive))).Expect(204);
    }

    private static void AssertLock(JsonElement vaultLock, string state, DateTimeOffset createdAt, DateTimeOffset? expiresAt)
    {
        const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        Assert.Equal(KeepAYear, vaultLock.GetProperty("Policy").GetString());
        Assert.Equal(state, vaultLock.GetProperty("State").GetString());
        Assert.Equal(createdAt.ToString(Form), vaultLock.GetProperty("CreationDate").GetString());
        Assert.Equal(expiresAt?.ToString(Form), vaultLock.GetProperty("ExpirationDate").GetString());
        Assert.Equal(4, vaultLock.EnumerateObject().Count());
    }

    private async Task<JsonElement> GetAsync(string vault) => (await gateway.SendAsync(GetLock(vault))).Expect(200).Json;

    private async Task<string> InitiateAsync(string vault, string policy) =>
        (await gateway.SendAsync(InitiateLock(vault, policy))).Expect(201).Header("x-amz-lock-id")!;

    private async Task<string> LockAsync(string vault, string policy)
    {
        var id = await InitiateAsync(vault, policy);
        (await gateway.SendAsync(CompleteLock(vault, id))).Expect(204);
        return id;
    }
}
