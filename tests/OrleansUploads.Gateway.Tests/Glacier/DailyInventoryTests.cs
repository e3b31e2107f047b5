using System.Text.Json;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Gateway.Tests.Harness;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>A server that takes inventories once a day. The vault's description always agrees with its last inventory.</summary>
public sealed class DailyInventoryTests : IAsyncLifetime
{
    private readonly MemoryJournal _journal = new();
    private readonly SettableClock _clock = new();
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync(new GatewaySetup
        {
            Journal = _journal,
            Clock = _clock,
            Inventories = InventorySchedule.Daily,
        });
        (await _server.SendAsync(CreateVault("v"))).Expect(201);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Before_the_first_inventory_the_vault_looks_empty_and_inventory_jobs_are_refused()
    {
        await UploadAsync(1);
        await AssertVaultAsync(archives: 0, sizeInBytes: 0, inventoryAt: null);
        (await _server.SendAsync(RetrieveInventory("v"))).ExpectError(
            404, "ResourceNotFoundException", "No inventory has been taken yet of the vault: arn:aws:glacier");
        (await _server.SendAsync(ListJobs("v"))).Expect(200);
    }

    [Fact]
    public async Task Vault_and_inventory_show_the_same_time_until_the_next_day()
    {
        var first = await UploadAsync(1);
        _clock.Advance(TimeSpan.FromDays(1));
        await WakeAsync();
        var takenAt = _clock.Now;
        _clock.Advance(TimeSpan.FromHours(1));
        var second = await UploadAsync(2);
        (await _server.SendAsync(DeleteArchive("v", first))).Expect(204);

        await AssertVaultAsync(1, 1 + (32 * 1024), takenAt);
        Assert.Equal((Seconds(takenAt), first), await InventoryAsync());

        _clock.Advance(TimeSpan.FromHours(23));
        await WakeAsync();
        await AssertVaultAsync(1, 2 + (32 * 1024), _clock.Now);
        Assert.Equal((Seconds(_clock.Now), second), await InventoryAsync());
    }

    [Fact]
    public async Task A_job_for_yesterdays_inventory_keeps_listing_archives_that_were_deleted_since()
    {
        var archive = await UploadAsync(1);
        _clock.Advance(TimeSpan.FromDays(1));
        await WakeAsync();
        (await _server.SendAsync(DeleteArchive("v", archive))).Expect(204);
        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        var job = (await _server.SendAsync(RetrieveInventory("v"))).Expect(202).Header("x-amz-job-id")!;
        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        await WakeAsync();
        var output = (await _server.SendAsync(GetOutput("v", job))).Expect(200).Json;
        Assert.Equal(archive, Assert.Single(output.GetProperty("ArchiveList").EnumerateArray()).GetProperty("ArchiveId").GetString());
        await AssertVaultAsync(0, 0, _clock.Now);
    }

    [Fact]
    public async Task A_vault_can_be_deleted_after_an_inventory_has_found_it_empty()
    {
        var archive = await UploadAsync(1);
        (await _server.SendAsync(DeleteVault("v"))).ExpectError(
            400, "InvalidParameterValueException", "Vault not empty or recently written to");
        (await _server.SendAsync(DeleteArchive("v", archive))).Expect(204);
        (await _server.SendAsync(DeleteVault("v"))).ExpectError(
            400, "InvalidParameterValueException", "Vault not empty or recently written to");
        _clock.Advance(TimeSpan.FromDays(1));
        (await _server.SendAsync(DeleteVault("v"))).Expect(204);
    }

    [Fact]
    public async Task An_archive_that_completes_during_an_inventory_is_in_the_next_one_at_the_latest()
    {
        // Without an archive, the vault could be deleted before it has recorded a completion.
        await UploadAsync(1);
        var uploads = new List<string>();
        for (var i = 0; i < 16; i++)
        {
            var upload = (await _server.SendAsync(Initiate("v"))).Expect(201).Header("x-amz-multipart-upload-id")!;
            (await _server.SendAsync(Part("v", upload, 0, Bytes(5, i)))).Expect(204);
            uploads.Add(upload);
        }

        var completions = uploads.Select((upload, i) => _server.SendAsync(Complete("v", upload, Bytes(5, i)))).ToList();
        for (var day = 0; day < 3; day++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await WakeAsync();
            (await _server.SendAsync(DeleteVault("v"))).Expect(400);
        }

        foreach (var completion in completions)
        {
            (await completion).Expect(201);
        }

        _clock.Advance(TimeSpan.FromDays(2));
        await WakeAsync();
        var vault = (await _server.SendAsync(DescribeVault("v"))).Json;
        Assert.Equal(17, vault.GetProperty("NumberOfArchives").GetInt32());
    }

    private async Task<string> UploadAsync(int bytes) =>
        (await _server.SendAsync(UploadArchive("v", Bytes(bytes)))).Expect(201).Header("x-amz-archive-id")!;

    /// <summary>Runs due work, as housekeeping does. In a cluster, describing the vault triggers it instead of a reminder.</summary>
    private async Task WakeAsync()
    {
        if (_server.Host is EmbeddedHost host)
        {
            await new WakeScan(host, _journal).RunAsync(CancellationToken.None);
        }
        else
        {
            (await _server.SendAsync(DescribeVault("v"))).Expect(200);
        }
    }

    private async Task<(string Date, string Archive)> InventoryAsync()
    {
        var job = (await _server.SendAsync(RetrieveInventory("v"))).Expect(202).Header("x-amz-job-id")!;
        var output = (await _server.SendAsync(GetOutput("v", job))).Expect(200).Json;
        var archive = Assert.Single(output.GetProperty("ArchiveList").EnumerateArray());
        return (output.GetProperty("InventoryDate").GetString()!, archive.GetProperty("ArchiveId").GetString()!);
    }

    private async Task AssertVaultAsync(int archives, long sizeInBytes, DateTimeOffset? inventoryAt)
    {
        var vault = (await _server.SendAsync(DescribeVault("v"))).Expect(200).Json;
        var listed = (await _server.SendAsync(ListVaults())).Expect(200).Json.GetProperty("VaultList")[0];
        Assert.Equal(vault.GetRawText(), listed.GetRawText());
        Assert.Equal(archives, vault.GetProperty("NumberOfArchives").GetInt32());
        Assert.Equal(sizeInBytes, vault.GetProperty("SizeInBytes").GetInt64());
        var date = vault.GetProperty("LastInventoryDate");
        Assert.Equal(inventoryAt is null ? JsonValueKind.Null : JsonValueKind.String, date.ValueKind);
        Assert.Equal(inventoryAt, inventoryAt is null ? null : date.GetDateTimeOffset());
    }

    private static string Seconds(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
