using System.Text;

namespace OrleansUploads.TestKit.Journals;

/// <summary>A stream that several hosts write at once, each as if it were the only owner. Checks that acknowledged records keep their order
/// and that every reader sees the same records.</summary>
/// <param name="entity">Its records are texts of one line.</param>
/// <param name="openReader">Opens a journal that never fails.</param>
/// <param name="hosts">The journals of the hosts, whose writes may fail before and after their effect.</param>
public sealed class SplitStream(EntityId entity, Func<IJournal> openReader, params IReadOnlyList<IJournal> hosts)
{
    private readonly List<string> _history = [];
    private readonly long[] _versions = new long[hosts.Count];

    public bool ReadsMayFail { get; init; }

    public int Conflicts { get; private set; }

    public int Records => _history.Count;

    public async Task AppendAsync(int host, string text)
    {
        var append = new JournalAppend(entity, _versions[host], Encoding.UTF8.GetBytes(text));
        try
        {
            if (await hosts[host].AppendAsync(append, CancellationToken.None) == AppendOutcome.Appended)
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

        await ReadAsync(host);
    }

    /// <summary>Saves a snapshot, which contains all records that the host knows.</summary>
    public async Task SnapshotAsync(int host)
    {
        if (_versions[host] is 0 || _versions[host] > _history.Count)
        {
            return;
        }

        var all = string.Join('\n', _history.Take((int)_versions[host]));
        try
        {
            await hosts[host].SaveSnapshotAsync(entity, _versions[host], Encoding.UTF8.GetBytes(all), CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            // A snapshot may be lost.
        }
    }

    public async Task ReadAsync(int host)
    {
        await SettleAsync();
        try
        {
            var read = await hosts[host].ReadAsync(entity, CancellationToken.None);
            Assert.Equal(_history, RecordsOf(read));
            _versions[host] = read.Version;
        }
        catch (JournalUnavailableException) when (ReadsMayFail)
        {
            // The host keeps its old version.
        }
    }

    /// <summary>Learns the outcome of unknown writes. What was acknowledged before is still there.</summary>
    public async Task SettleAsync()
    {
        var reader = openReader();
        var read = RecordsOf(await reader.ReadAsync(entity, CancellationToken.None));
        Assert.Equal(read.Count, await reader.ReadVersionAsync(entity, CancellationToken.None));
        Assert.Equal(_history, read.Take(_history.Count));
        _history.AddRange(read.Skip(_history.Count));
    }

    private static List<string> RecordsOf(JournalHistory history)
    {
        List<string> records = [];
        if (history.Snapshot is { } snapshot)
        {
            records.AddRange(Encoding.UTF8.GetString(snapshot.Span).Split('\n'));
        }

        records.AddRange(history.Records.Select(static record => Encoding.UTF8.GetString(record.Span)));
        Assert.Equal(history.Version, records.Count);
        return records;
    }
}
