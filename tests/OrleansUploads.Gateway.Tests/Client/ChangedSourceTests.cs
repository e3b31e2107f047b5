using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>Uploads whose source changes, and uploads of streams.</summary>
public sealed class ChangedSourceTests : FakeVaultTests
{
    [Fact]
    public async Task A_resumed_upload_that_stops_at_differences_sends_nothing_if_a_stored_part_differs()
    {
        StoreParts(partSizeBytes: MiB, 0, 4 * MiB);
        Vault.Parts[4 * MiB][7] ^= 1;

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
            Upload(new() { StopsAtDifference = true }).ResumeAsync("v", FakeVault.UploadId, Source()));

        Assert.Equal(
            new PartDifference(PartDifferenceKind.Content, new ByteRange(4 * MiB, 5 * MiB)), failure.FirstDifference);
        Assert.Empty(Vault.Sent("PUT", FakeVault.UploadId));
    }

    [Fact]
    public async Task A_file_that_changes_during_the_upload_does_not_become_an_archive()
    {
        using var file = new TemporaryFile(Archive);
        using var source = ByteSource.FromFile(file.Path);
        var options = new ArchiveUploadOptions
        {
            OnProgress = progress =>
            {
                if (progress.PartsDone == progress.PartCount)
                {
                    File.SetLastWriteTimeUtc(file.Path, DateTime.UnixEpoch);
                }
            },
        };

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => Upload(options).UploadAsync("v", source));

        Assert.Contains("has changed", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Vault.Sent("POST", FakeVault.UploadId));
    }

    [Fact]
    public async Task A_part_that_is_refused_because_the_file_has_changed_is_reported_as_such()
    {
        using var file = new TemporaryFile(Archive);
        using var source = ByteSource.FromFile(file.Path);
        using var client = new ScriptedServer()
            .Answers(HttpStatusCode.Created, headers: ("x-amz-multipart-upload-id", "u"))
            .Answers(HttpStatusCode.Forbidden, ScriptedServer.Error("InvalidSignatureException", "The signature is wrong."))
            .Connect();
        var upload = new ArchiveUpload(client, new ArchiveUploadOptions
        {
            PartSizeBytes = 8 * MiB,
            OnProgress = _ => File.SetLastWriteTimeUtc(file.Path, DateTime.UnixEpoch),
        });

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() => upload.UploadAsync("v", source));

        Assert.IsAssignableFrom<IOException>(failure.InnerException);
        Assert.Contains("has changed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_unknown_length_is_uploaded_in_parts()
    {
        using var stream = new MemoryStream(Archive);

        var receipt = await Upload().UploadStreamAsync("v", stream, 2 * MiB);

        Assert.Equal(TreeHasher.Compute(Archive), receipt.TreeHash);
        Assert.Equal(Archive, Vault.Archive);
        Assert.Equal([0, 2 * MiB, 4 * MiB], Vault.Parts.Keys);
    }

    [Fact]
    public async Task A_resumed_stream_sends_only_what_is_missing_and_stops_where_it_differs()
    {
        StoreParts(partSizeBytes: 2 * MiB, 0);

        await Upload().ResumeStreamAsync("v", FakeVault.UploadId, new MemoryStream(Archive));

        Assert.Equal(["bytes 2097152-4194303/*", "bytes 4194304-5243002/*"], SentRanges());
    }

    [Fact]
    public async Task A_stream_that_differs_from_the_stored_parts_is_refused()
    {
        StoreParts(partSizeBytes: 2 * MiB, 0);
        Vault.Parts[0][7] ^= 1;

        var failure = await Assert.ThrowsAsync<ArchiveUploadException>(() =>
            Upload(new() { Workers = 1 }).ResumeStreamAsync("v", FakeVault.UploadId, new MemoryStream(Archive)));

        Assert.Equal(PartDifferenceKind.Content, failure.FirstDifference?.Kind);
        Assert.Empty(Vault.Sent("POST", FakeVault.UploadId));
    }

    [Fact]
    public async Task An_empty_stream_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<EndOfStreamException>(() => Upload().UploadStreamAsync("v", new MemoryStream(), MiB));
        Assert.Empty(Vault.Received);
    }
}
