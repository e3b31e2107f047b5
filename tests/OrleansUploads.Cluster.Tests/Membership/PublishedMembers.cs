using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansUploads.Cluster.Tests.Membership;

/// <summary>What a silo knows of the members, as the test publishes it.</summary>
internal sealed class PublishedMembers : IClusterMembershipService
{
    private readonly Channel<ClusterMembershipSnapshot> _updates = Channel.CreateUnbounded<ClusterMembershipSnapshot>();
    private long _version;

    public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } =
        new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, MembershipVersion.MinValue);

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => ReadAsync();

    public void Publish(params (SiloAddress Silo, SiloStatus Status)[] members)
    {
        CurrentSnapshot = new ClusterMembershipSnapshot(
            members.ToImmutableDictionary(
                static member => member.Silo, static member => new ClusterMember(member.Silo, member.Status, "silo")),
            new MembershipVersion(++_version));
        _updates.Writer.TryWrite(CurrentSnapshot);
    }

    public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => default;

    public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);

    private async IAsyncEnumerable<ClusterMembershipSnapshot> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in _updates.Reader.ReadAllAsync(cancellationToken))
        {
            yield return update;
        }
    }
}
