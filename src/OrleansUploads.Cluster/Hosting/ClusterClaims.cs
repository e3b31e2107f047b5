using System.Text;
using Orleans.Storage;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The claim of all silos of a cluster, in the grain storage that has the mark of the part store.</summary>
/// <param name="findIdentity">Returns what a copy of the storage does not have, or null for what every copy has.</param>
public sealed class ClusterClaims(IGrainStorage storage, Func<CancellationToken, ValueTask<string>>? findIdentity = null) : IClaimRecord
{
    public async ValueTask<string> ReadIdentityAsync(CancellationToken cancellationToken) => "cluster " + (findIdentity is not null
        ? await findIdentity(cancellationToken)
        : Convert.ToHexStringLower(await ClusterStoreMark.FindClaimAsync(storage, cancellationToken) ?? []));

    public async ValueTask<KeptClaims> FindAsync(CancellationToken cancellationToken) =>
        await ClusterStoreMark.FindAsync(storage, ClusterStoreMark.HeldRow, cancellationToken) is { } held
            ? new KeptClaims(Encoding.ASCII.GetString(held))
            : default;

    /// <summary>A claim that was begun need not be kept: the silos recognize it by its owner.</summary>
    public async ValueTask KeepAsync(KeptClaims claims, CancellationToken cancellationToken)
    {
        if (claims.Held is not { } held || (await FindAsync(cancellationToken)).Held == held)
        {
            return;
        }

        var state = await ClusterStoreMark.ReadAsync(storage, ClusterStoreMark.HeldRow, cancellationToken);
        await ClusterStoreMark.WriteAsync(
            storage, ClusterStoreMark.HeldRow, state, Encoding.ASCII.GetBytes(held), cancellationToken);
    }
}
