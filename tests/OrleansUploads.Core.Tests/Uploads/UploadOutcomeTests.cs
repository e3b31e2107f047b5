using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>What an upload says about itself when it has ended.</summary>
public sealed class UploadOutcomeTests
{
    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private UploadOutcome? Outcome => _upload.Ask(new ReadTimeline(Some.Vault)).Outcome;

    [Theory]
    [InlineData(UploadOrigin.Multipart)]
    [InlineData(UploadOrigin.SingleRequest)]
    public void A_completed_upload_names_its_archive_also_after_the_deletion(UploadOrigin origin)
    {
        _upload.Do(new InitiateUpload(Some.Spec(origin: origin)));
        var attempt = Some.Attempt(1);
        _upload.Ask(new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), attempt, Sender: null));
        var archive = _upload.Ask(new CompleteStoredUpload(
            Some.Vault, Some.MiB, Some.Hash("a"), [new ListedAttempt(attempt, Some.MiB)], Sender: null));
        var outcome = new UploadOutcome(
            origin, Some.Described("holiday"), Some.MiB, archive.Archive, Some.Hash("a").ToString(), ReleasedAt: null);
        Assert.Equal(outcome, Outcome);

        _upload.Now += TimeSpan.FromHours(1);
        _upload.Do(new ReleaseArchive(archive.Archive, _upload.Now, BytesUntil: null));
        Assert.Equal(outcome with { ReleasedAt = _upload.Now }, Outcome);
    }

    [Fact]
    public void An_aborted_upload_keeps_its_description()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        _upload.Do(new AbortUpload(Some.Vault, Sender: null));
        Assert.Equal(new UploadOutcome(UploadOrigin.Multipart, Some.Described("holiday")), Outcome);
    }

    [Fact]
    public void The_upload_of_an_object_names_its_size_and_its_ETag()
    {
        var name = SomeObject.Spec().Name;
        _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        _upload.Ask(new StoreNumberedPart(name, SomeObject.Part(1, Some.MiB, "a", attempt: 1), Sender: null));
        _upload.Ask(new CompleteObjectUpload(name, [SomeObject.Chosen(1, "a")], null, null, null, null, Sender: null));
        _upload.Do(new ConfirmPublication(1, new PublicationVerdict.Published()));
        _upload.ConfirmAll();

        var outcome = _upload.Ask(new ReadObjectTimeline(name)).Outcome!;
        Assert.Equal((UploadOrigin.Multipart, Some.MiB, null), (outcome.Origin, outcome.SizeBytes, outcome.Archive));
        Assert.EndsWith("-1", outcome.Hash, StringComparison.Ordinal);
    }
}
