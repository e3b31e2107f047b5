using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Uploads;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>Decides whether an ingestion node may make a call: by the scope of its certificate, and by the policies of the vault, as for
/// requests to the vault API.</summary>
/// <param name="host">Asks vaults for their policies.</param>
/// <param name="policies">Parsed policies.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeAccess(IEntityHost host, PolicyCache policies, TimeProvider time)
{
    /// <summary>Checks a call.</summary>
    /// <param name="node">The node that makes it.</param>
    /// <param name="grant">What the node may do.</param>
    /// <param name="operation">The operation that the call stands for.</param>
    /// <param name="vault">The vault.</param>
    /// <returns>Why the call is refused, or null if it is permitted.</returns>
    public async ValueTask<UploadRefusal?> CheckAsync(NodeIdentity node, NodeGrant grant, NodeOperation operation, VaultId vault)
    {
        var isOwn = vault.Account == grant.Account;
        if (!grant.Scope.Permits(new KeyAccess(operation.Access, vault.Name.ToString(), isOwn)))
        {
            return UploadRefusals.Denied(
                $"The certificate {grant.Subject} is limited to '{grant.Scope}', which does not permit {operation.Action} on {vault}.");
        }

        Outcome<VaultPolicies> found;
        try
        {
            found = await host.AskAsync(vault.Entity, new FindPolicies(vault), CancellationToken.None);
        }
        catch (EntityUnavailableException fault)
        {
            return UploadRefusals.Unavailable(fault.Message);
        }

        if (!found.TryGet(out var known, out _))
        {
            // Only the owner learns that the vault does not exist.
            return isOwn ? null : Foreign(grant, operation, vault);
        }

        var request = new PolicyRequest
        {
            Action = operation.Action,
            Owner = vault.Account,
            Caller = grant.Account,
            At = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            Source = node.Address,
            IsSecure = true,
            Tags = known.Tags,
        };
        var access = policies.Effective(known.Access);
        var verdict = PolicyVerdict.Evaluate(access, policies.Effective(known.Lock), request);
        return verdict.Permits(request) ? null
            : verdict is PolicyVerdict.Denied denied && PolicyVerdict.MayExplain(access, request)
                ? UploadRefusals.Denied(
                    $"The {(denied.Kind == PolicyKind.Lock ? "lock" : "access")} policy of {vault} denies {operation.Action} to account {grant.Account}.")
            : Foreign(grant, operation, vault);
    }

    private static UploadRefusal Foreign(NodeGrant grant, NodeOperation operation, VaultId vault) => UploadRefusals.Denied(
        $"The certificate {grant.Subject} acts for account {grant.Account}, which is not permitted {operation.Action} on {vault}. The owner of a "
        + "vault can permit it with an access policy.");
}
