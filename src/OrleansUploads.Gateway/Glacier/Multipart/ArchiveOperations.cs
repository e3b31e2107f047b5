using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>UploadArchive and DeleteArchive.</summary>
internal sealed class ArchiveOperations(PartIntake intake, IEntityHost host, PolicyGate gate)
{
    /// <summary>How often the policies are checked for one request before its client has to try again.</summary>
    private const int MaxPolicyChecks = 4;

    /// <summary>Stores an archive of up to 4 GiB. Each request creates a new archive.</summary>
    public async ValueTask<FrontAnswer> UploadAsync(GlacierCall call)
    {
        var lengthBytes = BodyHeaders.ReadArchiveLength(call);
        var description = BodyHeaders.ReadDescription(call);
        var hashes = BodyHeaders.ReadHashes(call);

        // The length of this body is not signed, and shorter bodies can have the same tree hash: 64 bytes that are the two leaves, for
        // example.
        if (hashes.Linear is null)
        {
            throw GlacierError.InvalidPayloadHash(PayloadModes.NotSigned).AsException();
        }

        return call.ArchiveCreated(call.OrRefuse(await intake.StoreArchiveAsync(
            call.Vault, description, lengthBytes, hashes, call.Body, call.Aborted)));
    }

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

            if (await gate.CheckAsync(call, stale) is { } denied)
            {
                throw denied.AsException();
            }
        }
    }
}
