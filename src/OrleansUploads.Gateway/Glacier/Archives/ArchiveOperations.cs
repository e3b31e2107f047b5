using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Archives;

/// <summary>UploadArchive, DeleteArchive.</summary>
internal sealed class ArchiveOperations(IEntityHost host, PartIntake intake)
{
    /// <summary>Takes in an archive of up to 4 GiB. Each request makes a new one.</summary>
    public async ValueTask<GlacierAnswer> UploadAsync(GlacierCall call)
    {
        if (!BodyHeaders.TryReadArchiveLength(call, out var lengthBytes, out var error)
            || !BodyHeaders.TryReadDescription(call, out var description, out error)
            || !BodyHeaders.TryReadHashes(call, out var hashes, out error))
        {
            return error;
        }

        var stored = await intake.StoreArchiveAsync(
            call.Vault, description, lengthBytes, hashes, call.Bytes, call.Aborted);
        return stored.TryGet(out var archive, out var refusal) ? call.ArchiveCreated(archive) : call.Refuse(refusal);
    }

    /// <summary>Deletes an archive; deleting it again answers the same for as long as the deletion is remembered.</summary>
    public async ValueTask<GlacierAnswer> DeleteAsync(GlacierCall call)
    {
        if (!ArchiveId.TryParse(call.Id, out var archive))
        {
            return GlacierError.ArchiveNotFound(call.Id);
        }

        var shard = call.Life.ArchiveShard(ArchiveShardDecider.ShardOf(archive, call.Life));
        var deleted = await host.AskAsync(shard, new DeleteArchive(archive), call.Aborted);
        return deleted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }
}
