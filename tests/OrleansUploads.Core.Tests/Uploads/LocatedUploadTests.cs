using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>Uploads whose bytes are kept elsewhere.</summary>
public sealed class LocatedUploadTests
{
    private const long MiB = Some.MiB;

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(
        new UploadDecider(new UploadPolicy()));

    public LocatedUploadTests() => _upload.Do(new InitiateUpload(Some.Opening(custody: Custody.Elsewhere)));

    private static StoreLocatedPart Part(long first, long last, string content, string location = "here") =>
        new(Some.Vault, new PartRange(first, last), Some.Hash(content), Some.Location(location));

    private static CompleteUpload Complete(long size, params string[] contents) =>
        new(Some.Vault, size, TreeHasher.Combine(contents.Select(Some.Hash).ToArray()));

    [Fact]
    public void A_located_part_is_accepted_and_listed_with_its_location()
    {
        var standing = _upload.Ask(Part(0, MiB - 1, "a", "node-7/42"));

        Assert.Equal(new LocatedPartStanding(Some.Location("node-7/42"), ReportedInUse: true), standing);
        Assert.Equal(
            new ListedPart(new PartRange(0, MiB - 1), Some.Hash("a"), Some.Location("node-7/42")),
            Assert.Single(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts));
    }

    [Fact]
    public void The_same_bytes_at_another_location_change_nothing_and_the_answer_says_which_is_in_use()
    {
        _upload.Do(Part(0, MiB - 1, "a", "first"));

        var again = _upload.Do(Part(0, MiB - 1, "a", "second"));

        Assert.Empty(again.Events);
        Assert.Equal(new LocatedPartStanding(Some.Location("first"), ReportedInUse: false), again.Answer);
    }

    [Fact]
    public void The_same_report_again_is_answered_like_the_first_one()
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
    public void Another_hash_or_length_replaces_the_part_and_its_location(long last, string content)
    {
        _upload.Do(Part(0, MiB - 1, "a", "first"));

        Assert.True(_upload.Ask(Part(0, last, content, "second")).ReportedInUse);

        Assert.Equal(
            new ListedPart(new PartRange(0, last), Some.Hash(content), Some.Location("second")),
            Assert.Single(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts));
    }

    [Fact]
    public void The_rules_of_ranges_are_those_of_all_parts()
    {
        _upload.Refused<Refusal.RangeNotAligned>(Part(1, MiB, "a"));
        _upload.Refused<Refusal.PartTooLarge>(Part(0, MiB, "a"));
        _upload.Refused<Refusal.TooManyParts>(Part(10_000 * MiB, (10_001 * MiB) - 1, "a"));
        _upload.Ask(Part(9_999 * MiB, (10_000 * MiB) - 1, "a"));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a") with { Vault = Some.VaultNamed("music") });
    }

    [Fact]
    public void It_takes_no_bytes()
    {
        _upload.Refused<Refusal.UploadKeptElsewhere>(new CheckPart(Some.Vault, new PartRange(0, 9)));
        _upload.Refused<Refusal.UploadKeptElsewhere>(
            new StorePart(Some.Vault, new PartRange(0, 9), Some.Hash("a"), Some.Attempt(1)));
        Assert.Empty(_upload.Ask(new ListParts(Some.Vault, 0, 10)).Parts);
    }

    [Fact]
    public void An_upload_whose_bytes_come_through_the_gateway_takes_no_locations()
    {
        var other = new DeciderDriver<UploadState, UploadCommand, UploadEvent>(new UploadDecider(new UploadPolicy()));
        other.Do(new InitiateUpload(Some.Opening()));
        other.Refused<Refusal.UploadKeptByGateway>(Part(0, 9, "a"));
        other.Ask(new CheckPart(Some.Vault, new PartRange(0, 9)));
    }

    [Fact]
    public void Whether_there_is_such_an_upload_is_said_before_who_keeps_its_bytes()
    {
        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(Some.VaultNamed("music"), new PartRange(0, 9)));
        _upload.Do(new AbortUpload(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(Some.Vault, new PartRange(0, 9)));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a"));
    }

    [Fact]
    public void Completion_makes_a_manifest_of_locations_in_order_and_an_entry_that_says_so()
    {
        _upload.Do(Part(MiB, MiB + 9, "b", "second"));
        _upload.Do(Part(0, MiB - 1, "a", "first"));
        Assert.IsType<Refusal.TreeHashDiffers>(_upload.Do(Complete(MiB + 10, "b", "a")).Answer);

        var decision = _upload.Do(Complete(MiB + 10, "a", "b"));

        var manifest = Assert.IsType<IntentAction.StoreManifest>(Assert.Single(decision.Intents).Action).Manifest;
        Assert.Equal(Custody.Elsewhere, manifest.Custody);
        Assert.Equal(
            [
                new Extent(PartPlace.At(Some.Location("first")), MiB, Some.Hash("a")),
                new Extent(PartPlace.At(Some.Location("second")), 10, Some.Hash("b")),
            ],
            manifest.Extents);
        var index = Assert.Single(_upload.Do(new ConfirmManifestStored()).Intents);
        var told = Assert.IsType<AddArchive>(Assert.IsType<IntentAction.Tell>(index.Action).Command);
        Assert.Equal(Custody.Elsewhere, told.Entry.Custody);
    }

    [Fact]
    public void A_report_after_the_completion_is_refused_and_the_archive_stays_the_same()
    {
        _upload.Do(Part(0, 9, "a", "first"));
        var archive = _upload.Ask(Complete(10, "a"));

        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "b", "second"));

        Assert.Equal(archive, _upload.Ask(Complete(10, "a")));
    }

    [Fact]
    public void It_expires_a_week_after_the_last_report()
    {
        _upload.Now = Some.Noon + TimeSpan.FromDays(3);
        _upload.Do(Part(0, 9, "a"));
        _upload.Now += UploadPolicy.DefaultStaleAfter - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<UploadExpired>(Assert.Single(_upload.Wake().Events));
    }

    [Fact]
    public void It_has_no_attempt_in_use_at_any_time()
    {
        _upload.Do(Part(0, 9, "a"));
        Assert.Empty(Assert.IsType<AttemptsInUse.Only>(_upload.Ask(new FenceAttempts(_upload.Now))).Attempts);
        _upload.Do(Complete(10, "a"));
        Assert.Empty(Assert.IsType<AttemptsInUse.Only>(_upload.Ask(new FenceAttempts(_upload.Now))).Attempts);
    }
}
