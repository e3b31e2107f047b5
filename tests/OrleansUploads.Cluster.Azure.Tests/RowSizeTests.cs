using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>Rows near the limits of tables: 64 KiB for a property, 1 MiB for a row.</summary>
public sealed class RowSizeTests(AzuriteServer azurite, SharedHost shared, ITestOutputHelper output) : IClassFixture<SharedHost>
{
    private const int KiB = 1024;
    private const int MaxPropertyBytes = 64 * KiB;
    private const int MaxRowBytes = KiB * KiB;
    private const string State = "ou-vault";

    private readonly GrainId _grain = GrainId.Create(State, $"000000000001/{Guid.NewGuid():N}");

    /// <summary>Around every length at which the provider begins another property, and up to the longest row that it accepts.</summary>
    public static TheoryData<int> Lengths => new(
        [0, 1, 23 * KiB, (24 * KiB) - 1, 24 * KiB, (24 * KiB) + 1, (48 * KiB) - 1, 48 * KiB, (48 * KiB) + 1, 64 * KiB, 300 * KiB]);

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_row_of_any_length_is_read_back_as_it_was_written(int contentBytes)
    {
        var storage = await shared.StartAsync();
        var content = new byte[contentBytes];
        new Random(contentBytes).NextBytes(content);

        await storage.WriteStateAsync(State, _grain, new GrainState<JournalRow>(new JournalRow { Content = content }));

        Assert.Equal(content, await ReadAsync(storage));
    }

    [Fact]
    public async Task A_row_above_the_limit_is_refused_and_the_stored_one_stays()
    {
        var storage = await shared.StartAsync();
        var stored = new GrainState<JournalRow>(new JournalRow { Content = [1] });
        await storage.WriteStateAsync(State, _grain, stored);

        var tooLong = new GrainState<JournalRow>(new JournalRow { Content = new byte[MaxRowBytes] }, stored.ETag) { RecordExists = true };
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => storage.WriteStateAsync(State, _grain, tooLong));

        Assert.IsNotType<InconsistentStateException>(fault);
        Assert.Equal([1], await ReadAsync(storage));
    }

    [Fact]
    public async Task An_upload_of_a_thousand_parts_stays_far_below_the_limits_and_needs_no_transactions()
    {
        const int Parts = 1000;
        const int Batch = 250;
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
        await using var host = await RunningHost.StartAsync(cluster);
        await UploadOfManyParts.CreateVaultAsync(host.Entities);
        var upload = new UploadOfManyParts(Parts, 1);
        await upload.OpenAsync(host.Entities);
        foreach (var slots in Enumerable.Range(0, Parts).Chunk(Batch))
        {
            await Task.WhenAll(slots.Select(async slot => Assert.Null((await host.Entities.AskWithRetriesAsync(
                upload.Entity, upload.Report(slot, slot.ToString(CultureInfo.InvariantCulture)))).Refusal)));
        }

        var listed = await upload.ListAsync(host.Entities);
        Assert.Equal(Parts, listed.Count);

        var requests = proxy.Take();
        Assert.DoesNotContain(requests, static request => request is { Method: "BATCH", Table: not "OrleansUploadsSilos" });
        var (longestProperty, longestRow) = await MeasureAsync(cluster);
        output.WriteLine($"Longest property {longestProperty:N0} bytes, longest row {longestRow:N0} bytes, {requests.Count} requests.");
        Assert.InRange(longestProperty, 1, MaxPropertyBytes);
        Assert.InRange(longestRow, 1, MaxRowBytes / 8);
    }

    private async Task<byte[]?> ReadAsync(IGrainStorage storage)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(State, _grain, state);
        return state.State?.Content;
    }

    /// <summary>The sizes as Azure Storage counts them, without the names of the properties: strings have two bytes for each
    /// character.</summary>
    private static async Task<(int Property, int Row)> MeasureAsync(AzureCluster cluster)
    {
        var (property, row) = (0, 0);
        await foreach (var entity in AzureTables.Connect(cluster.ConnectionString).GetTableClient("OrleansUploadsJournals")
            .QueryAsync<TableEntity>(cluster.Rows))
        {
            var sizes = entity.Select(static property => property.Value switch
            {
                string text => Encoding.Unicode.GetByteCount(text),
                byte[] bytes => bytes.Length,
                _ => sizeof(long),
            }).ToList();
            property = Math.Max(property, sizes.Max());
            row = Math.Max(row, sizes.Sum());
        }

        return (property, row);
    }
}
