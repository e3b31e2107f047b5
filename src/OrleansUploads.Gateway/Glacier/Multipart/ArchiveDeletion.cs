using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>DeleteArchive.</summary>
internal sealed class ArchiveDeletion(IEntityHost host, PolicyGate gate)
{
    /// <summary>How often the policies are checked for one request before its client has to try again.</summary>
    private const int MaxPolicyChecks = 4;

    /// <summary>Deletes an archive. Deleting it again gives the same answer for as long as the deletion is remembered. If the policies
    /// changed since they were checked, they are checked again.</summary>
    public async ValueTask<FrontAnswer> DeleteAsync(GlacierCall call)
    {
        if (!ArchiveId.TryParse(call.Id, out var archive))
        {
            throw GlacierError.ArchiveNotFound(call.Id).AsException();
        }

        for (var checks = 1; ; checks++)
        {
            // A repeated check may find another incarnation: the vault may have been deleted and created again.
            var shard = call.Incarnation.ArchiveShard(archive);
            var verdict = call.DeletionVerdict ?? throw new InvalidOperationException("The policy gate has not checked the call.");
            var deleted = await host.AskAsync(shard, new DeleteArchive(archive, verdict), call.Aborted);
            if (deleted.Refusal is not Refusal.VerdictStale stale || checks == MaxPolicyChecks)
            {
                call.OrRefuse(deleted);
                return EmptyAnswer.NoContent();
            }

            if (await gate.CheckAsync(call, stale.AsOf) is { } denied)
            {
                throw denied.AsException();
            }
        }
    }
}
