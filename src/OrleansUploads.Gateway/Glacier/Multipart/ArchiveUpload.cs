using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>UploadArchive.</summary>
internal sealed class ArchiveUpload(PartIntake intake)
{
    /// <summary>Stores an archive of up to 4 GiB. Each request creates a new archive.</summary>
    public async ValueTask<GlacierAnswer> UploadAsync(GlacierCall call)
    {
        if (!BodyHeaders.TryReadArchiveLength(call, out var lengthBytes, out var error)
            || !BodyHeaders.TryReadDescription(call, out var description, out error)
            || !BodyHeaders.TryReadHashes(call, out var hashes, out error))
        {
            return error;
        }

        // The length of this body is not signed, and shorter bodies can have the same tree hash: 64 bytes that are the two leaves, for
        // example.
        if (hashes.Linear is null)
        {
            return GlacierError.InvalidPayloadHash(PayloadModes.NotSigned);
        }

        var stored = await intake.StoreArchiveAsync(
            call.Vault, description, lengthBytes, hashes, call.Body, call.Aborted);
        return stored.TryGet(out var archive, out var refusal) ? call.ArchiveCreated(archive) : call.Refuse(refusal);
    }
}
