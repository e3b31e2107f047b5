using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>Hosts that all believe that they own one stream, over journals that lose answers and carry out writes late. Acknowledged records
/// stay in one order, and every reader sees the same.</summary>
public sealed class SplitStreamTests(SharedDatabase database, ITestOutputHelper output) : IClassFixture<SharedDatabase>
{
    private const int Hosts = 3;
    private const int Steps = 80;
    private static readonly EntityId Upload = new(EntityKind.Upload, "split");

    private readonly Queue<Func<Task>> _late = new();
    private LateJournal[] _hosts = [];
    private SplitStream _stream = null!;

    [Fact]
    public Task Acknowledged_records_are_read_back_in_one_order_despite_faults_and_conflicts() => PlayAsync(seeds: 12);

    [Fact, Slice(5)]
    public Task Acknowledged_records_are_read_back_in_one_order_with_many_seeds() => PlayAsync(seeds: 200);

    private async Task PlayAsync(int seeds)
    {
        var (faults, conflicts) = (0, 0);
        for (var seed = 0; seed < seeds; seed++)
        {
            await using var journals = new OpenJournals(await database.Connection);
            await PlayAsync(new Random(seed), journals);
            faults += _hosts.Sum(static host => host.Faults);
            conflicts += _stream.Conflicts;
        }

        output.WriteLine($"{faults} lost answers, {conflicts} conflicts.");
        Assert.True(faults > seeds, $"Only {faults} answers were lost.");
        Assert.True(conflicts > seeds, $"Only {conflicts} conflicts happened.");
    }

    private async Task PlayAsync(Random random, OpenJournals journals)
    {
        _late.Clear();
        var percent = random.Next(50);
        var reader = journals.Open();
        _hosts = [.. Enumerable.Range(0, Hosts).Select(_ => new LateJournal(journals.Open(), random, percent, _late))];
        _stream = new SplitStream(Upload, () => reader, _hosts);
        for (var step = 0; step < Steps; step++)
        {
            var host = random.Next(Hosts);
            switch (random.Next(10))
            {
                case 0:
                    await LandAsync();
                    break;
                case 1:
                    await _stream.SnapshotAsync(host);
                    break;
                case 2:
                    await _stream.ReadAsync(host);
                    break;
                default:
                    await _stream.AppendAsync(host, $"{step}");
                    break;
            }
        }

        while (_late.Count > 0)
        {
            await LandAsync();
        }

        Assert.Equal(AppendOutcome.Conflict, await reader.ForgetAsync(Upload, _stream.Records + 1, CancellationToken.None));
        Assert.Equal(AppendOutcome.Conflict, await reader.ForgetAsync(Upload, _stream.Records - 1, CancellationToken.None));
        Assert.Equal(AppendOutcome.Appended, await reader.ForgetAsync(Upload, _stream.Records, CancellationToken.None));
        Assert.Equal("0", await journals.QueryAsync(
            "SELECT (SELECT count(*) FROM uploads_record WHERE service = $) + (SELECT count(*) FROM uploads_snapshot WHERE service = $)"));
    }

    /// <summary>Lets a write take effect whose caller no longer waits.</summary>
    private async Task LandAsync()
    {
        if (_late.TryDequeue(out var write))
        {
            await write();
            await _stream.SettleAsync();
        }
    }
}
