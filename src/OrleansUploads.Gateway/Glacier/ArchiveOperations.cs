using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>UploadArchive and DeleteArchive.</summary>
internal static class ArchiveOperations
{
    /// <summary>How often the policies are checked for one request before its client has to try again.</summary>
    private const int MaxPolicyChecks = 4;

    /// <summary>Stores an archive of up to 4 GiB. Each request creates a new archive.</summary>
    public static async ValueTask<FrontAnswer> UploadAsync(GlacierCall call)
    {
        var lengthBytes = BodyHeaders.ReadArchiveLength(call);
        var description = BodyHeaders.ReadDescription(call);
        var hashes = BodyHeaders.ReadHashes(call);

        // The length of this body is not signed, and shorter bodies can have the same tree hash: 64 bytes that are the two leaves, for
        // example.
        if (hashes.Linear is null)
        {
            throw GlacierError.InvalidPayloadHash(PayloadModes.NotSigned);
        }

        return call.ArchiveCreated(call.OrRefuse(await call.Paths.ArchiveIntake.StoreArchiveAsync(
            call.Incarnation, description, lengthBytes, hashes, call.Body, call.Aborted)));
    }

    /// <summary>Deletes an archive. Deleting it again gives the same answer for as long as the deletion is remembered. If the policies
    /// changed since they were checked, they are checked again.</summary>
    public static async ValueTask<FrontAnswer> DeleteAsync(GlacierCall call)
    {
        var archive = IdOf(call);
        var (isAsked, frees) = DeletedBytesHeaders.Read(call);
        for (var checks = 1; ; checks++)
        {
            // A repeated check may find another incarnation: the vault may have been deleted and created again.
            var shard = call.Incarnation.ArchiveShard(archive);
            var verdict = call.DeletionVerdict ?? throw new InvalidOperationException("The policy gate has not checked the call.");
            var deleted = await call.TryAskAsync(shard, new DeleteArchive(archive, verdict));
            if (deleted.Refusal is not Refusal.VerdictStale stale || checks == MaxPolicyChecks)
            {
                call.OrRefuse(deleted);
                return isAsked ? await call.DescribeAsync(archive, frees) : FrontAnswer.NoContent();
            }

            if (await PolicyGate.CheckAsync(call, stale) is { } denied)
            {
                return denied.ToAnswer(call.Exchange);
            }
        }
    }

    public static ArchiveId IdOf(GlacierCall call) =>
        ArchiveId.TryParse(call.Id, out var archive) ? archive : throw GlacierError.ArchiveNotFound(call.Id);
}
