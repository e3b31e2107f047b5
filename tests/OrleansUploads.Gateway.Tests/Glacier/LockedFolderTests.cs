using OrleansUploads.Gateway.Tests.OldData;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Vault locks apply across restarts.</summary>
public sealed class LockedFolderTests : TestWithFolder
{
    private readonly SettableClock _clock = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lock_survives_restarts_and_expires_after_24_hours_unless_completed(bool completed)
    {
        var archive = "";
        await ServeAsync(async server =>
        {
            (await server.SendAsync(CreateVault("papers"))).Expect(201);
            archive = (await server.SendAsync(UploadArchive("papers", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
            var initiated = (await server.SendAsync(InitiateLock("papers", VaultLockTests.KeepAYear))).Expect(201);
            if (completed)
            {
                (await server.SendAsync(CompleteLock("papers", initiated.Header("x-amz-lock-id")!))).Expect(204);
            }
        });

        _clock.Advance(TimeSpan.FromHours(23));
        await ServeAsync(async server => (await server.SendAsync(DeleteArchive("papers", archive))).ExpectDenied(
            "keep-a-year"));

        _clock.Advance(TimeSpan.FromHours(1));
        await ServeAsync(async server =>
        {
            (await server.SendAsync(GetLock("papers"))).Expect(completed ? 200 : 404);
            (await server.SendAsync(AbortLock("papers"))).Expect(completed ? 403 : 204);
            (await server.SendAsync(DeleteArchive("papers", archive))).Expect(completed ? 403 : 204);
        });

        if (completed)
        {
            _clock.Advance(TimeSpan.FromDays(364));
            await ServeAsync(async server => (await server.SendAsync(DeleteArchive("papers", archive))).Expect(204));
        }
    }

    [Fact]
    [Promise("operations.md", "a policy or lock evaluates an archive's age or the date")]
    public async Task A_clock_jump_does_not_end_a_lock_until_the_operator_accepts_the_clock()
    {
        await using var opened = await OpenAsync();
        var (server, engine) = (opened.Server, opened.Engine);
        (await server.SendAsync(CreateVault("papers"))).Expect(201);
        var archive = (await server.SendAsync(UploadArchive("papers", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
        (await server.SendAsync(InitiateLock("papers", VaultLockTests.KeepAYear))).Expect(201);

        _clock.Advance(TimeSpan.FromDays(365));
        (await server.SendAsync(InitiateLock("papers", VaultLockTests.KeepAYear))).Expect(201);
        (await server.SendAsync(DeleteArchive("papers", archive))).ExpectUnavailable("clock cannot be trusted");
        await engine.Clock.AcceptAsync(engine.Host, CancellationToken.None);
        await engine.Clock.BeatAsync(engine.Host, CancellationToken.None);
        (await server.SendAsync(DeleteArchive("papers", archive))).Expect(204);
    }

    [Fact]
    public async Task A_lock_still_applies_after_the_server_restarts_in_another_region()
    {
        var archive = "";
        var policy = VaultLockTests.KeepAYear.Replace(
            "\"Resource\":\"*\"",
            "\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:vaults/papers\"",
            StringComparison.Ordinal);
        await ServeAsync(async server =>
        {
            (await server.SendAsync(CreateVault("papers"))).Expect(201);
            archive = (await server.SendAsync(UploadArchive("papers", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
            (await server.SendAsync(InitiateLock("papers", policy))).Expect(201);
        });

        await ServeAsync(
            async server => (await server.SendAsync(DeleteArchive("papers", archive))).ExpectDenied(
                "on arn:aws:glacier:mars-1:111122223333:vaults/papers: statement 1 (Sid 'keep-a-year')"),
            new GatewayOptions { Region = "mars-1" });
    }

    private async Task ServeAsync(Func<GatewayServer, Task> use, GatewayOptions? options = null)
    {
        await using var server = await OpenAsync(options);
        await use(server.Server);
    }

    /// <summary>Opens the folder and writes the first heartbeat, after which the clock is trusted.</summary>
    private async Task<DataFolderServer> OpenAsync(GatewayOptions? options = null)
    {
        var server = await DataFolderServer.OpenAsync(Folder.Path, _clock, options);
        await server.Engine.Clock.BeatAsync(server.Engine.Host, CancellationToken.None);
        return server;
    }
}
