using System.Globalization;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>Two hosts that both believe they own a stream, over a storage that fails before and after the effect and carries
/// out writes late.</summary>
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
    private readonly SplitStream _stream;
    private readonly int _faultRate;
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
        _stream = new SplitStream(Entity, () => Host(_storage), Host(_faulty), Host(_faulty)) { ReadsMayFail = true };
    }

    public int Faults => _faulty.Count(StorageFault.FailBefore) + _faulty.Count(StorageFault.FailAfter)
        + _faulty.Count(StorageFault.LandLate);

    public int Conflicts => _stream.Conflicts;

    public async Task RunAsync()
    {
        for (var step = 0; step < _steps; step++)
        {
            var host = _random.Next(2);
            switch (_random.Next(10))
            {
                case 0:
                    await _faulty.LandOneAsync();
                    await _stream.SettleAsync();
                    break;
                case 1:
                    await _stream.SnapshotAsync(host);
                    break;
                case 2:
                    await _stream.ReadAsync(host);
                    break;
                case 3:
                    await Task.WhenAll(_stream.SnapshotAsync(host), AppendAsync(host));
                    break;
                default:
                    await AppendAsync(host);
                    break;
            }
        }

        _faultsStopped = true;
        await _stream.SettleAsync();
        await ForgetAndCheckAsync();
    }

    private Task AppendAsync(int host) => _stream.AppendAsync(host, Text(++_lastRecord));

    private async Task ForgetAndCheckAsync()
    {
        while (_faulty.LateWrites > 0)
        {
            await _faulty.LandOneAsync();
            await _stream.SettleAsync();
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
