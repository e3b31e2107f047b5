using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <content>Archives and uploads.</content>
internal sealed partial class ValidRequests
{
    /// <summary>One full part, used for all requests: generating 1 MiB for each would dominate the run time.</summary>
    private static readonly byte[] Whole = Requests.Bytes(MiB, 71);

    private FuzzRequest Archive(KnownVault vault)
    {
        var bytes = RandomBytes();
        return From(UploadArchive(vault.Name, bytes)) with
        {
            Learn = LearnArchive(vault, bytes.Length),
        };
    }

    private FuzzRequest Initiation(KnownVault vault)
    {
        var partSizeBytes = (long)MiB << dice.Pick(0, 0, 0, 0, 1, 12);
        var request = Initiate(vault.Name, partSizeBytes);
        return From(dice.OneIn(6) ? request.With("x-orleans-uploads-storage", "external") : request) with
        {
            Learn = LearnFrom("x-amz-multipart-upload-id", id => KnownVault.Remember(vault.Uploads, new KnownUpload(id, partSizeBytes))),
        };
    }

    private FuzzRequest Part(KnownVault vault, KnownUpload upload)
    {
        var slot = dice.Pick(0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 9_999, 10_000);
        var firstByte = (slot * upload.PartSizeBytes) + dice.Pick(0, 0, 0, 0, 0, 0, 0, 1);
        var bytes = slot < 2 && dice.OneIn(16) ? Whole : RandomBytes();
        if (dice.OneIn(24))
        {
            // Longer than the part size: the server must refuse it before it asks for any bytes.
            var length = upload.PartSizeBytes + 1;
            return From(Requests.Part(vault.Name, upload.Id, firstByte, [])) with
            {
                Headers = [.. From(Requests.Part(vault.Name, upload.Id, 0, RandomBytes())).With(
                    "Content-Range", $"bytes {firstByte}-{firstByte + length - 1}/*").Headers],
                Framing = new BodyFraming.OnlyAnnounced(Text(length)),
            };
        }

        return From(Requests.Part(vault.Name, upload.Id, firstByte, bytes)) with
        {
            Learn = _ => upload.Parts[firstByte] = bytes,
        };
    }

    /// <summary>A part whose bytes are elsewhere. Most uploads refuse it.</summary>
    private FuzzRequest Report(KnownVault vault, KnownUpload upload)
    {
        var bytes = RandomBytes();
        return From(Requests.Report(vault.Name, upload.Id, 0, bytes, dice.Pick("tape://7", "a b", new string('l', 1024)))) with
        {
            Learn = _ => upload.Parts[0] = bytes,
        };
    }

    private FuzzRequest Completion(KnownVault vault, KnownUpload upload)
    {
        var bytes = upload.Bytes;
        var sizeBytes = bytes.Length + dice.Pick(0, 0, 0, 0, 0, 1);
        return From(Complete(vault.Name, upload.Id, sizeBytes, HashOf(bytes))) with
        {
            Learn = LearnArchive(vault, bytes.Length),
        };
    }

    /// <summary>The tree hash of the parts. Hashing many parts takes too long, so above 4 MiB the hash is wrong.</summary>
    private static string HashOf(byte[] bytes) => bytes.Length > 4 * MiB ? new string('0', 64) : TreeHashOf(bytes);

    private static Action<ApiAnswer> LearnArchive(KnownVault vault, long sizeBytes) =>
        LearnFrom("x-amz-archive-id", id => KnownVault.Remember(vault.Archives, new KnownArchive(id, sizeBytes)));

    private byte[] RandomBytes() => dice.Bytes(dice.Pick(1, 2, 7, 100, 1000, 4096));
}
