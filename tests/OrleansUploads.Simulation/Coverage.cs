using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Simulation;

/// <summary>Counts rare situations. A run that never reached one of them has not tested it.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, long> _counts = Situations.All.ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);

    public long Schedules { get; set; }

    public long Operations { get; set; }

    public long Faults { get; set; }

    public long Turns { get; set; }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public IEnumerable<string> Missing => Situations.All.Where(name => _counts[name] == 0);

    public void Saw(string situation) => _counts[situation]++;

    public void Add(Coverage other)
    {
        Schedules += other.Schedules;
        Operations += other.Operations;
        Faults += other.Faults;
        Turns += other.Turns;
        foreach (var name in Situations.All)
        {
            _counts[name] += other._counts[name];
        }
    }
}

/// <summary>The rare situations that a run must reach. Each name describes an event that occurred.</summary>
[SuppressMessage("Design", "CA1052", Justification = "All reads the constants of this type by reflection.")]
internal sealed class Situations
{
    public const string ConflictFenced = "a stale host's write was fenced by its version";
    public const string TakenForNew = "an entity was taken for a new one, and its history fenced the write";
    public const string UnknownWriteLanded = "a write of unknown outcome had landed";
    public const string UnknownWriteLost = "a write of unknown outcome had not landed";
    public const string HungWriteLandedLate = "a write landed after its host had abandoned it";
    public const string HungWriteFencedLate = "an abandoned write was fenced";
    public const string TornTailCut = "a crash removed an unacknowledged write";
    public const string TornTailKept = "an unacknowledged write survived a crash";
    public const string WriteLandedAfterCrash = "a write landed after its host had died";
    public const string IntentRedelivered = "an intent was delivered again after a crash";
    public const string TellLost = "a tell was lost and sent again";
    public const string TellTwice = "a tell arrived twice, the second time late";
    public const string RequestTwice = "a request arrived twice";
    public const string RequestLost = "a request was lost";
    public const string ReplyLost = "a reply was lost";
    public const string CompleteBeatAbort = "complete raced abort, and complete won";
    public const string AbortBeatComplete = "complete raced abort, and abort won";
    public const string CompleteRacedComplete = "two completes were in flight at once";
    public const string CompleteRepeatedAfterRestart = "a complete repeated after a restart got the same answer";
    public const string CompleteInDoubtHadHappened = "a complete without an answer had taken effect";
    public const string PartReplaced = "different bytes replaced a part";
    public const string PartAfterEnd = "a part that arrived after its upload had ended was refused";
    public const string CollectionBeatReport = "a collection fenced off a part before it was reported";
    public const string CollectionDeleted = "a collection deleted abandoned bytes";
    public const string CollectionSkipped = "a collection skipped an upload because its owner was unreachable";
    public const string UploadExpired = "a stale upload expired";
    public const string ExpiryRacedPart = "a part raced the expiry of its upload";
    public const string DualHosts = "two hosts served one upload at the same time";
    public const string SnapshotSaved = "a snapshot was saved";
    public const string SnapshotRead = "a snapshot was read back";
    public const string EntityEvicted = "an idle entity was dropped and read again";
    public const string EntityForgotten = "an entity's history was forgotten";
    public const string VaultRecreated = "a vault was created again after its deletion";
    public const string UploadEndedWithVault = "a vault was deleted with an upload in progress";
    public const string FormerLifeMessage = "a message for an earlier incarnation of a vault arrived in the next one";
    public const string VaultNotEmpty = "a vault was not deleted because it was not empty";
    public const string ListingContinued = "a list of uploads continued after a marker";
    public const string ArchiveDeleted = "an archive was deleted";
    public const string DeletedArchiveReclaimed = "a deleted archive's bytes were reclaimed after their grace period";
    public const string VaultLocked = "a vault was locked permanently";
    public const string DeletionDenied = "a policy denied a deletion";
    public const string LockedArchiveDeleted = "an archive that was old enough was deleted from a locked vault";
    public const string VerdictWasStale = "a deletion was evaluated again because its policy or tags had changed";
    public const string LookupWasStale = "an archive was looked up again because too many deletions had followed the lookup";
    public const string RetirementBeatLookup = "an archive was deleted between its lookup and its retrieval";
    public const string DiskFull = "a part found the disk full";
    public const string StoreFailedAfter = "the part store failed after its effect";
    public const string AttemptTorn = "a crash left an attempt torn";
    public const string BytesFlipped = "the reader detected flipped bytes";
    public const string ArchiveRead = "an archive was read back byte for byte";
    public const string RangeRead = "a range of an archive was read back";
    public const string LieRefused = "a request with false bytes, hash or range was refused";
    public const string WrongClaimRefused = "a complete with a wrong size or hash was refused";
    public const string GroupCommit = "one write held the events of several commands";
    public const string EndToldAgain = "the end of an upload was told again after a failure";
    public const string SecondWriteRefused = "a node wrote under a grant twice, and the store refused the second write";
    public const string GrantEnded = "a node wrote after its grant had ended";
    public const string ReportRepeated = "a node repeated the report of a part";
    public const string NodesWroteSamePart = "the report of another attempt replaced a part that a node had written";
    public const string FalseReportRefused = "a report that differs from what its node had written was refused";
    public const string CollectionBeatNode = "a collection fenced off what a node had written before it was reported";
    public const string ReportAfterEnd = "a node reported a part after its upload had ended";
    public const string NodeLieRead = "an archive with a part about which its node had lied could not be read";
    public const string ClientGaveUp = "a client gave up without learning the outcome of its request";

    public static IReadOnlyList<string> All { get; } = [.. typeof(Situations)
        .GetFields()
        .Where(field => field.IsLiteral)
        .Select(field => (string)field.GetRawConstantValue()!)];
}
