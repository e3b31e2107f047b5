using System.Globalization;
using System.Text;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>Two hosts that both believe they own a stream, over a storage that fails before and after the effect and carries
/// out writes late. Acknowledged records must stay in one order, and every reader must see the same.</summary>
/// <remarks>The records are numbers, which shows their order.</remarks>
internal sealed class TwoHosts
{
    private const string Stream = "ou-upload";
    private static readonly EntityId Entity = Some.Upload(1).Entity;
    private static readonly GrainId Grain = GrainId.Create(Stream, "1");

    private readonly Random _random;
    private readonly Random _faults;
    private readonly IGrainStorage _storage;
    private readonly int _steps;
    private readonly FaultyGrainStorage _faulty;
    private readonly GrainStorageJournal[] _hosts;
    private readonly long[] _versions = new long[2];
    private readonly int _faultRate;
    private readonly List<string> _history = [];
    private bool _faultsStopped;
    private int _lastRecord;

    /// <param name="seed">Determines the operations and the faults.</param>
    /// <param name="steps">The number of operations.</param>
    /// <param name="storage">An empty storage.</param>
    public TwoHosts(int seed, int steps, IGrainStorage storage)
    {
        (_steps, _storage) = (steps, storage);
        _random = new Random(seed);
        _faults = new Random(-1 - seed);
        _faultRate = _random.Next(0, 40);
        _faulty = new FaultyGrainStorage(_storage, (_, isWrite) => Draw(isWrite));
        _hosts = [Host(_faulty), Host(_faulty)];
    }

    public int Faults => _faulty.Count(StorageFault.FailBefore) + _faulty.Count(StorageFault.FailAfter)
        + _faulty.Count(StorageFault.LandLate);

    public int Conflicts { get; private set; }

    public async Task RunAsync()
    {
        for (var step = 0; step < _steps; step++)
        {
            var host = _random.Next(2);
            switch (_random.Next(10))
            {
                case 0:
                    await _faulty.LandOneAsync();
                    await SettleAsync();
                    break;
                case 1:
                    await SnapshotAsync(host);
                    break;
                case 2:
                    await ReadAsync(host);
                    break;
                case 3:
                    await Task.WhenAll(SnapshotAsync(host), AppendAsync(host));
                    break;
                default:
                    await AppendAsync(host);
                    break;
            }
        }

        _faultsStopped = true;
        await SettleAsync();
        await ForgetAndCheckAsync();
    }

    private async Task AppendAsync(int host)
    {
        var text = Text(++_lastRecord);
        var append = new JournalAppend(Entity, _versions[host], Encoding.UTF8.GetBytes(text));
        try
        {
            if (await _hosts[host].AppendAsync(append, CancellationToken.None) == AppendOutcome.Appended)
            {
                // An acknowledged append extends the history. No other append can have the same position.
                Assert.Equal(_history.Count, _versions[host]);
                _history.Add(text);
                _versions[host]++;
                return;
            }

            Conflicts++;
        }
        catch (JournalUnavailableException)
        {
            // The append may have taken effect.
        }

        await SettleAsync();
        await ReadAsync(host);
    }

    /// <summary>Saves a snapshot, which contains all records so far.</summary>
    private async Task SnapshotAsync(int host)
    {
        if (_versions[host] is 0 || _versions[host] > _history.Count)
        {
            return;
        }

        var all = string.Join('\n', _history.Take((int)_versions[host]));
        try
        {
            await _hosts[host].SaveSnapshotAsync(Entity, _versions[host], Encoding.UTF8.GetBytes(all), CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            // A snapshot may be lost.
        }
    }

    private async Task ReadAsync(int host)
    {
        try
        {
            var read = await _hosts[host].ReadAsync(Entity, CancellationToken.None);
            Assert.Equal(_history, RecordsOf(read));
            _versions[host] = read.Version;
        }
        catch (JournalUnavailableException)
        {
            // The host keeps its old version.
        }
    }

    /// <summary>Determines the outcome of unknown writes with a third reader, whose storage never fails.</summary>
    private async Task SettleAsync()
    {
        var read = RecordsOf(await Host(_storage).ReadAsync(Entity, CancellationToken.None));
        Assert.Equal(_history, read.Take(_history.Count));
        _history.AddRange(read.Skip(_history.Count));
    }

    private async Task ForgetAndCheckAsync()
    {
        while (_faulty.LateWrites > 0)
        {
            await _faulty.LandOneAsync();
            await SettleAsync();
        }

        var last = Host(_storage);
        var version = (await last.ReadAsync(Entity, CancellationToken.None)).Version;
        Assert.Equal(AppendOutcome.Appended, await last.ForgetAsync(Entity, version, CancellationToken.None));
        Assert.Equal(0, await last.ReadVersionAsync(Entity, CancellationToken.None));
        var head = new GrainState<JournalHead>();
        await _storage.ReadStateAsync(Stream, Grain, head);
        Assert.False(head.RecordExists);
    }

    private string Text(int number) => number.ToString(CultureInfo.InvariantCulture)
        .PadRight(_random.Next(20) == 0 ? _random.Next(1, 120_000) : _random.Next(1, 3_000), '.');

    private static List<string> RecordsOf(JournalHistory history)
    {
        List<string> records = [];
        if (history.Snapshot is { } snapshot)
        {
            records.AddRange(Encoding.UTF8.GetString(snapshot.Span).Split('\n'));
        }

        records.AddRange(history.Records.Select(record => Encoding.UTF8.GetString(record.Span)));
        Assert.Equal(history.Version, records.Count);
        return records;
    }

    private static GrainStorageJournal Host(IGrainStorage storage) => new(storage, Grain, Entity, TimeProvider.System);

    /// <summary>Draws a fault. The storage calls this one call at a time, while the operations overlap.</summary>
    private StorageFault Draw(bool isWrite)
    {
        if (_faultsStopped)
        {
            return StorageFault.None;
        }

        return _faults.Next(100) >= _faultRate
            ? _faults.Next(4) == 0 ? StorageFault.Slow : StorageFault.None
            : _faults.Next(isWrite ? 3 : 1) switch
            {
                0 => StorageFault.FailBefore,
                1 => StorageFault.FailAfter,
                _ => StorageFault.LandLate,
            };
    }
}
