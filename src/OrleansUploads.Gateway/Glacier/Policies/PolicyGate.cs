using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Jobs;

namespace OrleansUploads.Gateway.Glacier.Policies;

/// <summary>Lets a request through to a vault: the vault must be there, and its policies must not be against it.</summary>
/// <remarks>A vault without policies costs one question, and operations that need the vault's life need not ask it
/// again.</remarks>
internal sealed class PolicyGate(IEntityHost host, ParsedPolicies parsed, TimeProvider time)
{
    /// <summary>Whether an operation is about a vault that is there already. Only those have policies.</summary>
    public static bool Guards(GlacierRoute route) =>
        route is { Vault: not null, Operation: not GlacierOperation.CreateVault };

    /// <summary>Judges a call, and tells it the vault's life.</summary>
    /// <returns>Why it may not go on; null where it may.</returns>
    public async ValueTask<GlacierError?> RefuseAsync(GlacierCall call)
    {
        if (!Guards(call.Route))
        {
            return null;
        }

        var deletes = call.Route.Operation is GlacierOperation.DeleteArchive or GlacierOperation.DeleteVault;
        var question = deletes ? new FindPoliciesForDeletion(call.Vault) : new FindPolicies(call.Vault);
        var found = await host.AskAsync(call.Vault.Entity, question, call.Aborted);
        if (!found.TryGet(out var policies, out var refusal))
        {
            return call.IsOwner ? RefusalErrors.Describe(refusal, call.Region, call.Id) : Stranger(call);
        }

        call.Life = policies.Life;
        return policies.Any ? await JudgeAsync(call, policies) : call.IsOwner ? null : Stranger(call);
    }

    private async ValueTask<GlacierError?> JudgeAsync(GlacierCall call, VaultPolicies policies)
    {
        var access = policies.Access is null ? null : InForce(policies.Access);
        var locked = policies.Lock is null ? null : InForce(policies.Lock);
        var now = time.GetUtcNow();
        var looksAtAge = access is { Document.LooksAtArchiveAge: true } || locked is { Document.LooksAtArchiveAge: true };
        var connection = call.Request.HttpContext.Connection;
        var request = new PolicyRequest
        {
            Operation = call.Route.Operation.ToString(),
            Owner = call.Vault.Account,
            Caller = call.Account,
            At = now,
            Source = connection.RemoteIpAddress,
            IsSecure = call.Request.IsHttps,
            UserAgent = call.Header(HeaderName.UserAgent),
            Tags = policies.Tags,
            ArchiveAgeDays = looksAtAge ? await FindArchiveAgeAsync(call, now) : null,
        };
        var verdict = PolicyVerdict.Of(access, locked, request);
        return verdict.Permits(request) ? null
            : call.IsOwner && verdict is PolicyVerdict.Denied denied ? PolicyErrors.Denied(denied, request, call.Arn)
            : Stranger(call);
    }

    private PolicyInForce InForce(VaultPolicy policy) => new(parsed.Parse(policy.Text), policy.VaultArn);

    /// <summary>How many whole days the archive is old that a call names; null where it names none that is there.</summary>
    private async ValueTask<long?> FindArchiveAgeAsync(GlacierCall call, DateTimeOffset now)
    {
        var deletes = call.Route.Operation == GlacierOperation.DeleteArchive;
        var named = deletes ? call.Id
            : call.Route.Operation == GlacierOperation.InitiateJob ? JobOrder.FindArchiveId(call.Document)
            : null;
        if (!ArchiveId.TryParse(named, out var archive))
        {
            return null;
        }

        var shard = call.Life.ArchiveShard(ArchiveShardDecider.ShardOf(archive, call.Life));
        var question = deletes ? new FindArchiveForDeletion(archive) : new FindArchive(archive);
        var found = await host.AskAsync(shard, question, call.Aborted);
        return found.TryGet(out var entry, out _) ? (now - entry.CreatedAt).Days : null;
    }

    /// <summary>Whoever is not the owner and not let in by a policy does not learn whether there is such a vault.</summary>
    private static GlacierError Stranger(GlacierCall call) => RequestErrors.ForeignAccount(call.Vault.Account.ToString());
}
