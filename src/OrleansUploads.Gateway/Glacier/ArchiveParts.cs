using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The parts of a finished archive, by the ID of the archive: where the bytes are. Without the header, only uploads in progress
/// list their parts, as at Amazon.</summary>
internal static class ArchiveParts
{
    /// <summary>The header of ListParts that says that the ID in the path is an archive's.</summary>
    public const string Header = "x-orleans-uploads-id";

    private const string Archive = "archive";

    /// <summary>Whether a call is about an archive.</summary>
    public static bool AreMeantBy(GlacierCall call) => call.Header(Header) switch
    {
        null => false,
        Archive => true,
        var other => throw GlacierError.Invalid($"Invalid {Header}: {other}. It must be '{Archive}', or left out for an upload."),
    };

    /// <summary>Lists the parts, in the order of their ranges.</summary>
    public static async ValueTask<FrontAnswer> ListAsync(GlacierCall call, int limit, long firstByte)
    {
        var archive = ArchiveOperations.IdOf(call);
        var entry = await call.AskAsync(call.Incarnation.ArchiveShard(archive), new FindArchive(archive));
        var manifest = await call.Paths.Manifests.FindAsync(call.Incarnation, entry.Upload, call.Aborted)
            ?? throw GlacierError.Unavailable("The manifest is not stored yet. Try again.");
        var parts = new List<PartListElement>();
        var next = 0L;
        foreach (var extent in manifest.Extents)
        {
            if (next >= firstByte)
            {
                if (parts.Count == limit)
                {
                    break;
                }

                parts.Add(new PartListElement(
                    new PartRange(next, next + extent.LengthBytes - 1).ToString(),
                    extent.TreeHash.ToString(),
                    extent.Place.Location?.ToString(),
                    extent.Place.Attempt is { } attempt ? ArchiveReader.NameOf(entry.Upload, attempt) : null));
            }

            next += extent.LengthBytes;
        }

        return GlacierJson.Answer(new PartListDocument(
            entry.Upload.ToString(),
            call.Arn,
            entry.Description.OrNull,
            manifest.PartSizeBytes,
            entry.CreatedAt,
            parts,
            next < manifest.SizeBytes ? next.ToString(CultureInfo.InvariantCulture) : null));
    }
}
