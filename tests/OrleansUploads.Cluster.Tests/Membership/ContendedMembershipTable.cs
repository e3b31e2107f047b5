using System.Collections.Immutable;
using System.Globalization;

namespace OrleansUploads.Cluster.Tests.Membership;

/// <summary>A membership table in this process. Another silo wins the first races for the next version of the table.</summary>
/// <param name="predecessor">A silo that is active although its process has ended.</param>
/// <param name="lostRaces">How many updates lose.</param>
/// <param name="isSilent">Whether the heartbeat of that silo has stopped.</param>
internal sealed class ContendedMembershipTable(SiloAddress predecessor, int lostRaces, bool isSilent = false) : IMembershipTable
{
    private const int ManyReads = 10;

    private readonly Lock _gate = new();
    private ImmutableDictionary<SiloAddress, Row> _rows = ImmutableDictionary<SiloAddress, Row>.Empty
        .Add(predecessor, new Row(predecessor, SiloStatus.Active, [], 0));

    private readonly DateTime _startedAt = TimeProvider.System.GetUtcNow().UtcDateTime;
    private readonly TaskCompletionSource _readOften = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;
    private int _version;
    private int _racesLeft = lostRaces;

    /// <summary>The status of the predecessor when another silo first became active; null while none has.</summary>
    public SiloStatus? AtFirstActivation { get; private set; }

    /// <summary>Completes when the table was read ten times. A silo that cannot join reads it every second.</summary>
    public Task ReadOften => _readOften.Task;

    public ImmutableArray<Tuple<SiloAddress, DateTime>> Votes
    {
        get
        {
            lock (_gate)
            {
                return _rows[predecessor].Suspectors;
            }
        }
    }

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Task.FromResult(Read(row => row.Silo.Equals(key)));

    public Task<MembershipTableData> ReadAll() => Task.FromResult(Read(static _ => true));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        Task.FromResult(TryWrite(entry, tableVersion, mustExist: false));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        Task.FromResult(TryWrite(entry, tableVersion, mustExist: true));

    public Task UpdateIAmAlive(MembershipEntry entry) => Task.CompletedTask;

    private MembershipTableData Read(Func<Row, bool> filter)
    {
        lock (_gate)
        {
            if (++_reads >= ManyReads)
            {
                _readOften.TrySetResult();
            }

            var version = new TableVersion(_version, _version.ToString(CultureInfo.InvariantCulture));
            return new MembershipTableData(
                [.. _rows.Values.Where(filter).Select(row => Tuple.Create(row.ToEntry(isSilent ? _startedAt : TimeProvider.System.GetUtcNow().UtcDateTime), row.Version.ToString(CultureInfo.InvariantCulture)))],
                version);
        }
    }

    private bool TryWrite(MembershipEntry entry, TableVersion next, bool mustExist)
    {
        lock (_gate)
        {
            if (entry.SiloAddress.Equals(predecessor) && _racesLeft > 0)
            {
                _racesLeft--;
                _version++;
            }

            if (next.Version != _version + 1 || _rows.ContainsKey(entry.SiloAddress) != mustExist)
            {
                return false;
            }

            _version = next.Version;
            _rows = _rows.SetItem(
                entry.SiloAddress, new Row(entry.SiloAddress, entry.Status, [.. entry.SuspectTimes ?? []], _version));
            if (entry.Status == SiloStatus.Active && !entry.SiloAddress.Equals(predecessor))
            {
                AtFirstActivation ??= _rows[predecessor].Status;
            }

            return true;
        }
    }

    private sealed record Row(
        SiloAddress Silo, SiloStatus Status, ImmutableArray<Tuple<SiloAddress, DateTime>> Suspectors, int Version)
    {
        public MembershipEntry ToEntry(DateTime heartbeat) => new()
        {
            SiloAddress = Silo,
            Status = Status,
            SuspectTimes = [.. Suspectors],
            HostName = "host",
            SiloName = "silo",
            StartTime = TimeProvider.System.GetUtcNow().UtcDateTime,
            IAmAliveTime = heartbeat,
        };
    }
}
