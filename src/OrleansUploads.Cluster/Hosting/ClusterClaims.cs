using System.Text;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The claim of all silos of a cluster, beside the mark of its part store.</summary>
/// <param name="findIdentity">Returns what a copy of the storage does not have, or null for what every copy has.</param>
public sealed class ClusterClaims(INamedRows rows, Func<CancellationToken, ValueTask<string>>? findIdentity = null) : IClaimRecord
{
    public async ValueTask<string> ReadIdentityAsync(CancellationToken cancellationToken) => "cluster " + (findIdentity is not null
        ? await findIdentity(cancellationToken)
        : Convert.ToHexStringLower(await ClusterStoreMark.FindClaimAsync(rows, cancellationToken) ?? []));

    public async ValueTask<KeptClaims> FindAsync(CancellationToken cancellationToken) =>
        await ClusterStoreMark.FindAsync(rows, ClusterStoreMark.HeldRow, cancellationToken) is { } held
            ? new KeptClaims(Encoding.ASCII.GetString(held))
            : default;

    /// <summary>A claim that was begun need not be kept: the silos recognize it by its owner.</summary>
    public async ValueTask KeepAsync(KeptClaims claims, CancellationToken cancellationToken)
    {
        if (claims.Held is not { } held)
        {
            return;
        }

        var row = await rows.FindAsync(ClusterStoreMark.HeldRow, cancellationToken);
        if (row is null || Encoding.ASCII.GetString(row.Content) != held)
        {
            await ClusterStoreMark.WriteAsync(
                rows, ClusterStoreMark.HeldRow, Encoding.ASCII.GetBytes(held), row?.Version, cancellationToken);
        }
    }

    public async ValueTask<string?> FindRenewalAsync(CancellationToken cancellationToken) =>
        await ClusterStoreMark.FindAsync(rows, ClusterStoreMark.RenewalRow, cancellationToken) is { } renewal
            ? Encoding.ASCII.GetString(renewal)
            : null;

    public async ValueTask<bool> TryKeepRenewalAsync(string renewal, string? previous, CancellationToken cancellationToken)
    {
        var row = await rows.FindAsync(ClusterStoreMark.RenewalRow, cancellationToken);
        return (row is null ? null : Encoding.ASCII.GetString(row.Content)) == previous
            && await rows.TryWriteAsync(ClusterStoreMark.RenewalRow, Encoding.ASCII.GetBytes(renewal), row?.Version, cancellationToken);
    }
}
