using OrleansUploads.Core.Policies;

namespace OrleansUploads.Simulation.Workload;

/// <summary>Deletes an archive as a front does: it reads the policies, evaluates them, and sends the basis of the verdict to
/// the shard.</summary>
internal sealed class GuardedDeletion(SimulatedWorld world, SimulatedProcess process, VaultId vault)
{
    private const int MaxJudgements = 4;

    private static readonly ConcurrentDictionary<string, PolicyDocument> Parsed = new(StringComparer.Ordinal);

    private IEntityHost Host => process.Host;

    public static VaultPolicy PolicyOf(VaultId vault, int days) => new(
        string.Create(CultureInfo.InvariantCulture, $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:DeleteArchive",
            "Resource":"*","Condition":{"NumericLessThan":{"glacier:ArchiveAgeInDays":"{{days}}"} } }]}
            """),
        $"arn:aws:glacier:us-east-1:{vault.Account}:vaults/{vault.Name}");

    public async Task<Reply> DeleteAsync(ArchiveId archive, CancellationToken cancellationToken)
    {
        Refusal.VerdictStale? stale = null;
        for (var judgements = 0; judgements < MaxJudgements; judgements++)
        {
            var found = await Host.AskAsync(vault.Entity, new FindPoliciesForDeletion(vault), cancellationToken);
            if (!found.TryGet(out var policies, out var refusal))
            {
                return EngineServer.ToReply(refusal);
            }

            await process.PauseFrontAsync(cancellationToken);
            var shard = policies.Incarnation.ArchiveShard(archive);
            var judgement = await JudgeAsync(policies, shard, archive, stale?.AsOf ?? Now(), cancellationToken);
            if (judgement is null)
            {
                return new Reply(Verdict.Denied);
            }

            await process.PauseFrontAsync(cancellationToken);
            judgement = judgement with { Recorded = stale?.Recorded ?? 0 };
            var deleted = await Host.AskAsync(shard, new DeleteArchive(archive, judgement), cancellationToken);
            stale = deleted.Refusal as Refusal.VerdictStale;
            if (stale is null)
            {
                return deleted.Refusal is { } refused ? EngineServer.ToReply(refused) : new Reply(Verdict.Done);
            }

            world.Coverage.Saw(Situations.VerdictWasStale);
        }

        return new Reply(Verdict.Unknown) { Reason = "the verdict was stale every time" };
    }

    private DateTimeOffset Now()
    {
        var now = process.Clock.GetUtcNow() + TimeSpan.FromHours(world.Options.FrontAheadHours);
        return DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
    }

    /// <summary>The facts behind the permission, or null if a policy forbids the deletion.</summary>
    private async Task<DeletionVerdict?> JudgeAsync(
        VaultPolicies policies, EntityId shard, ArchiveId archive, DateTimeOffset at, CancellationToken cancellationToken)
    {
        DateTimeOffset? createdAt = null;
        if (policies.Any)
        {
            var lookup = await Host.AskAsync(shard, new FindCurrentArchive(archive), cancellationToken);
            createdAt = lookup.TryGet(out var entry, out _) ? entry.CreatedAt : null;
            var request = new PolicyRequest
            {
                Action = VaultAction.DeleteArchive,
                Owner = vault.Account,
                Caller = vault.Account,
                At = at,
                ArchiveAgeDays = (at - createdAt)?.Days,
            };
            if (!PolicyVerdict.Evaluate(InForce(policies.Access), InForce(policies.Lock), request).Permits(request))
            {
                return null;
            }
        }

        return new DeletionVerdict(policies.Guard ?? 0, at, policies.Any, policies.Any, createdAt);
    }

    private static EffectivePolicy? InForce(VaultPolicy? policy) =>
        policy is null ? null : new(Parsed.GetOrAdd(policy.Text, PolicyDocument.Parse), policy.VaultArn);
}
