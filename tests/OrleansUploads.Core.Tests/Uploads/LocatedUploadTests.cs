using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>Uploads whose bytes are stored in another system.</summary>
public sealed class LocatedUploadTests
{
    private const long MiB = Some.MiB;

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(
        new UploadDecider(new UploadPolicy()));

    public LocatedUploadTests() => _upload.Do(new InitiateUpload(Some.Spec(storage: ByteStorage.External)));

    private static ReportExternalPart Part(long first, long last, string content, string location = "here") =>
        new(Some.Vault, new PartRange(first, last), Some.Hash(content), Some.Location(location));

    private static CompleteUpload Complete(long size, params string[] contents) =>
        new(Some.Vault, size, TreeHasher.Combine(contents.Select(Some.Hash).ToArray()));

    [Fact]
    public void A_located_part_is_accepted_and_listed_with_its_location()
    {
        var result = _upload.Ask(Part(0, MiB - 1, "a", "node-7/42"));

        Assert.Equal(new ExternalPartResult(Some.Location("node-7/42"), ReportedInUse: true), result);
        Assert.Equal(
            new ListedPart(new PartRange(0, MiB - 1), Some.Hash("a"), Some.Location("node-7/42")),
            Assert.Single(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts));
    }

    [Fact]
    public void The_same_bytes_at_another_location_change_nothing_and_the_answer_names_the_location_in_use()
    {
        _upload.Do(Part(0, MiB - 1, "a", "first"));

        var again = _upload.Do(Part(0, MiB - 1, "a", "second"));

        Assert.Empty(again.Events);
        Assert.Equal(new ExternalPartResult(Some.Location("first"), ReportedInUse: false), again.Answer);
    }

    [Fact]
    public void A_repeated_report_gets_the_same_answer()
    {
        var first = _upload.Ask(Part(0, MiB - 1, "a", "first"));

        var again = _upload.Do(Part(0, MiB - 1, "a", "first"));

        Assert.Empty(again.Events);
        Assert.Equal(first, again.Answer);
    }

    [Theory]
    [InlineData(MiB - 1, "b")]
    [InlineData(99, "b")]
    [InlineData(99, "a")]
    public void A_different_hash_or_length_replaces_the_part_and_its_location(long last, string content)
    {
        _upload.Do(Part(0, MiB - 1, "a", "first"));

        Assert.True(_upload.Ask(Part(0, last, content, "second")).ReportedInUse);

        Assert.Equal(
            new ListedPart(new PartRange(0, last), Some.Hash(content), Some.Location("second")),
            Assert.Single(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts));
    }

    [Fact]
    public void A_list_from_behind_the_last_possible_byte_is_empty()
    {
        _upload.Do(Part(0, MiB - 1, "a"));
        _upload.Do(Part(MiB, (2 * MiB) - 1, "b"));
        foreach (var first in new[] { (2 * MiB) - 1, long.MaxValue - MiB, long.MaxValue })
        {
            Assert.Empty(_upload.Ask(new ListParts(Some.Vault, first, 10)).Parts);
        }
    }

    [Fact]
    public void Located_parts_follow_the_same_range_rules_as_other_parts()
    {
        _upload.Refused<Refusal.RangeNotAligned>(Part(1, MiB, "a"));
        _upload.Refused<Refusal.PartTooLarge>(Part(0, MiB, "a"));
        _upload.Refused<Refusal.PartTooLarge>(Part(0, long.MaxValue, "a"));
        _upload.Refused<Refusal.TooManyParts>(Part(10_000 * MiB, (10_001 * MiB) - 1, "a"));
        _upload.Ask(Part(9_999 * MiB, (10_000 * MiB) - 1, "a"));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a") with { Vault = Some.VaultNamed("music") });
    }

    [Fact]
    public void A_located_upload_refuses_part_bytes()
    {
        _upload.Refused<Refusal.UploadStoredExternally>(new CheckPart(Some.Vault, new PartRange(0, 9)));
        _upload.Refused<Refusal.UploadStoredExternally>(
            new StorePart(Some.Vault, new PartRange(0, 9), Some.Hash("a"), Some.Attempt(1)));
        Assert.Empty(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts);
    }

    [Fact]
    public void An_upload_stored_by_the_gateway_refuses_locations()
    {
        var other = new DeciderDriver<UploadState, UploadCommand, UploadEvent>(new UploadDecider(new UploadPolicy()));
        other.Do(new InitiateUpload(Some.Spec()));
        other.Refused<Refusal.UploadStoredByGateway>(Part(0, 9, "a"));
        other.Ask(new CheckPart(Some.Vault, new PartRange(0, 9)));
    }

    [Fact]
    public void A_missing_upload_is_reported_before_a_wrong_byte_storage()
    {
        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(Some.VaultNamed("music"), new PartRange(0, 9)));
        _upload.Do(new AbortUpload(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(Some.Vault, new PartRange(0, 9)));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a"));
    }

    [Fact]
    public void Completion_creates_a_manifest_of_ordered_locations_and_an_index_entry_marked_external()
    {
        _upload.Do(Part(MiB, MiB + 9, "b", "second"));
        _upload.Do(Part(0, MiB - 1, "a", "first"));
        Assert.IsType<Refusal.TreeHashDiffers>(_upload.Do(Complete(MiB + 10, "b", "a")).Answer);

        var decision = _upload.Do(Complete(MiB + 10, "a", "b"));

        var store = Assert.IsType<StoreManifest>(Assert.Single(decision.Intents).Action);
        var manifest = store.Manifest;
        Assert.Equal(ByteStorage.External, manifest.ByteStorage);
        Assert.Equal(
            [
                new Extent(PartPlace.At(Some.Location("first")), MiB, Some.Hash("a")),
                new Extent(PartPlace.At(Some.Location("second")), 10, Some.Hash("b")),
            ],
            manifest.Extents);
        var sent = Assert.IsType<AddArchive>(store.Then?.Command);
        Assert.Equal(ByteStorage.External, sent.Entry.ByteStorage);
    }

    [Fact]
    public void A_report_after_completion_is_refused_and_the_archive_is_unchanged()
    {
        _upload.Do(Part(0, 9, "a", "first"));
        var archive = _upload.Ask(Complete(10, "a"));

        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "b", "second"));

        Assert.Equal(archive, _upload.Ask(Complete(10, "a")));
    }

    [Fact]
    public void A_located_upload_expires_a_week_after_the_last_report()
    {
        _upload.Now = Some.Noon + TimeSpan.FromDays(3);
        _upload.Do(Part(0, 9, "a"));
        _upload.Now += UploadPolicy.DefaultStaleAfter - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<UploadExpired>(Assert.Single(_upload.Wake().Events));
    }

    [Fact]
    public void A_located_upload_never_has_an_attempt_in_use()
    {
        _upload.Do(Part(0, 9, "a"));
        Assert.Empty(Assert.IsType<AttemptsInUse.Only>(_upload.Ask(new FenceAttempts(_upload.Now))).Attempts);
        _upload.Do(Complete(10, "a"));
        Assert.Empty(Assert.IsType<AttemptsInUse.Only>(_upload.Ask(new FenceAttempts(_upload.Now))).Attempts);
    }
}
