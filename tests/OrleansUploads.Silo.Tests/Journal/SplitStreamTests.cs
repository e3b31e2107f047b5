using System.Text;
using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>Hosts that all believe that they own one stream, over journals that lose answers and carry out writes late. Acknowledged records
/// stay in one order, and every reader sees the same.</summary>
public sealed class SplitStreamTests(SharedDatabase database, ITestOutputHelper output) : IClassFixture<SharedDatabase>
{
    private const int Hosts = 3;
    private const int Steps = 80;
    private static readonly EntityId Upload = new(EntityKind.Upload, "split");

    private readonly List<string> _history = [];
    private readonly Queue<Func<Task>> _late = new();
    private readonly long[] _versions = new long[Hosts];
    private LateJournal[] _hosts = [];
    private PostgresJournal _reader = null!;
    private int _conflicts;

    [Fact]
    public Task Acknowledged_records_are_read_back_in_one_order_despite_faults_and_conflicts() => PlayAsync(seeds: 12);

    [Fact, Slice(5)]
    public Task Acknowledged_records_are_read_back_in_one_order_with_many_seeds() => PlayAsync(seeds: 200);

    private async Task PlayAsync(int seeds)
    {
        var faults = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            await using var journals = new OpenJournals(await database.Connection);
            await PlayAsync(new Random(seed), journals);
            faults += _hosts.Sum(static host => host.Faults);
        }

        output.WriteLine($"{faults} lost answers, {_conflicts} conflicts.");
        Assert.True(faults > seeds, $"Only {faults} answers were lost.");
        Assert.True(_conflicts > seeds, $"Only {_conflicts} conflicts happened.");
    }

    private async Task PlayAsync(Random random, OpenJournals journals)
    {
        _history.Clear();
        _late.Clear();
        Array.Clear(_versions);
        var percent = random.Next(50);
        _reader = journals.Open();
        _hosts = [.. Enumerable.Range(0, Hosts).Select(_ => new LateJournal(journals.Open(), random, percent, _late))];
        for (var step = 0; step < Steps; step++)
        {
            var host = random.Next(Hosts);
            switch (random.Next(10))
            {
                case 0:
                    await LandAsync();
                    break;
                case 1:
                    await SnapshotAsync(host);
                    break;
                case 2:
                    await ReadAsync(host);
                    break;
                default:
                    await AppendAsync(host, $"{step}");
                    break;
            }
        }

        while (_late.Count > 0)
        {
            await LandAsync();
        }

        Assert.Equal(AppendOutcome.Conflict, await _reader.ForgetAsync(Upload, _history.Count + 1, CancellationToken.None));
        Assert.Equal(AppendOutcome.Conflict, await _reader.ForgetAsync(Upload, _history.Count - 1, CancellationToken.None));
        Assert.Equal(AppendOutcome.Appended, await _reader.ForgetAsync(Upload, _history.Count, CancellationToken.None));
        Assert.Equal("0", await journals.QueryAsync(
            "SELECT (SELECT count(*) FROM uploads_record WHERE service = $) + (SELECT count(*) FROM uploads_snapshot WHERE service = $)"));
    }

    private async Task AppendAsync(int host, string text)
    {
        try
        {
            var append = new JournalAppend(Upload, _versions[host], Encoding.UTF8.GetBytes(text));
            if (await _hosts[host].AppendAsync(append, CancellationToken.None) == AppendOutcome.Appended)
            {
                // An acknowledged append extends the history. No other append can have the same position.
                Assert.Equal(_history.Count, _versions[host]);
                _history.Add(text);
                _versions[host]++;
                return;
            }

            _conflicts++;
        }
        catch (JournalUnavailableException)
        {
            // The append may have taken effect.
        }

        await ReadAsync(host);
    }

    /// <summary>Saves a snapshot, which contains all records that the host knows.</summary>
    private async Task SnapshotAsync(int host)
    {
        if (_versions[host] == 0)
        {
            return;
        }

        try
        {
            var all = string.Join(' ', _history.Take((int)_versions[host]));
            await _hosts[host].SaveSnapshotAsync(Upload, _versions[host], Encoding.UTF8.GetBytes(all), CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            // A snapshot may be lost.
        }
    }

    /// <summary>Lets a write take effect whose caller no longer waits.</summary>
    private async Task LandAsync()
    {
        if (_late.TryDequeue(out var write))
        {
            await write();
            await SettleAsync();
        }
    }

    private async Task ReadAsync(int host)
    {
        await SettleAsync();
        _versions[host] = (await _hosts[host].ReadAsync(Upload, CancellationToken.None)).Version;
        Assert.Equal(_history.Count, _versions[host]);
    }

    /// <summary>Learns the outcome of unknown writes. What was acknowledged before is still there.</summary>
    private async Task SettleAsync()
    {
        var history = await _reader.ReadAsync(Upload, CancellationToken.None);
        List<string> read = [];
        if (history.Snapshot is { } snapshot)
        {
            read.AddRange(Encoding.UTF8.GetString(snapshot.Span).Split(' '));
        }

        read.AddRange(history.Records.Select(static record => Encoding.UTF8.GetString(record.Span)));
        Assert.Equal(history.Version, read.Count);
        Assert.Equal(history.Version, await _reader.ReadVersionAsync(Upload, CancellationToken.None));
        Assert.Equal(_history, read.Take(_history.Count));
        _history.AddRange(read.Skip(_history.Count));
    }
}
