using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>UploadArchive.</summary>
internal sealed class ArchiveUpload(PartIntake intake)
{
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
}
