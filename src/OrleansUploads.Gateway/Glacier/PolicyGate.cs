using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Checks that a request's vault exists and that its policies permit the request.</summary>
/// <remarks>A vault without policies costs one query, and operations get the vault's incarnation from it. The policies may have changed
/// by the time the operation reaches its entity. For a deletion that matters, so the call carries what the verdict was based on,
/// and the archive's shard checks it again.</remarks>
internal static class PolicyGate
{
    /// <summary>Checks a call to a vault, and sets its vault's incarnation.</summary>
    /// <param name="stale">Why the shard of an archive refused the previous verdict, or null for the first check.</param>
    /// <returns>Why the call is denied, or null if it is permitted.</returns>
    public static async ValueTask<GlacierError?> CheckAsync(GlacierCall call, Refusal.VerdictStale? stale = null)
    {
        var deletes = call.Action is VaultAction.DeleteArchive or VaultAction.DeleteVault;
        var query = deletes ? new FindPoliciesForDeletion(call.Vault) : new FindPolicies(call.Vault);
        var found = await call.TryAskAsync(call.Vault.Entity, query);
        if (!found.TryGet(out var policies, out var refusal))
        {
            return call.IsOwner ? GlacierRefusals.Describe(refusal, call.Region, id: "") : Denied(call);
        }

        call.Incarnation = policies.Incarnation;
        var at = stale?.AsOf ?? call.Services.Time.GetUtcNow().InWholeMilliseconds();
        var basis = new DeletionVerdict(
            policies.Guard ?? 0, at, LooksAtClock: false, LooksAtAge: false, CreatedAt: null, stale?.Recorded ?? 0);
        call.DeletionVerdict = basis;
        return policies.Any ? await EvaluateAsync(call, policies, basis) : call.IsOwner ? null : Denied(call);
    }

    private static async ValueTask<GlacierError?> EvaluateAsync(GlacierCall call, VaultPolicies policies, DeletionVerdict basis)
    {
        var access = call.Services.Policies.Effective(policies.Access);
        var locked = call.Services.Policies.Effective(policies.Lock);
        var looksAtAge = access is { Document.LooksAtArchiveAge: true } || locked is { Document.LooksAtArchiveAge: true };
        var createdAt = looksAtAge ? await FindCreationAsync(call) : null;
        call.DeletionVerdict = basis with
        {
            LooksAtClock = access is { Document.LooksAtClock: true } || locked is { Document.LooksAtClock: true },
            LooksAtAge = looksAtAge,
            CreatedAt = createdAt,
        };
        var request = new PolicyRequest
        {
            Action = call.Action,
            Owner = call.Vault.Account,
            Caller = call.Account,
            At = basis.At,
            Source = call.Exchange.ClientAddress,
            IsSecure = call.Request.IsHttps,
            UserAgent = call.Header(GlacierHeaders.UserAgent),
            Tags = policies.Tags,
            ArchiveAgeDays = (basis.At - createdAt)?.Days,
        };
        var verdict = PolicyVerdict.Evaluate(access, locked, request);
        return verdict.Permits(request) ? null
            : verdict is PolicyVerdict.Denied denied && PolicyVerdict.MayExplain(access, request) ? PolicyErrors.Denied(denied, request, call.Arn)
            : Denied(call);
    }

    /// <summary>The creation time of the archive that a call names, or null if it names none or the archive does not exist.</summary>
    private static async ValueTask<DateTimeOffset?> FindCreationAsync(GlacierCall call)
    {
        var deletes = call.Action == VaultAction.DeleteArchive;
        var named = deletes ? call.Id
            : call.Action == VaultAction.InitiateJob ? JobRequest.ReadArchiveId(call.Document)
            : null;
        if (!ArchiveId.TryParse(named, out var archive))
        {
            return null;
        }

        var shard = call.Incarnation.ArchiveShard(archive);
        var query = deletes ? new FindCurrentArchive(archive) : new FindArchive(archive);
        var found = await call.TryAskAsync(shard, query);
        return found.TryGet(out var entry, out _) ? entry.CreatedAt : null;
    }

    /// <summary>The error for a signer who neither owns the vault nor is permitted by a policy. It does not reveal whether the vault
    /// exists.</summary>
    private static GlacierError Denied(GlacierCall call) => GlacierError.ForeignAccount(call.Vault.Account.ToString(), call.Account, call.Action);
}
