namespace OrleansUploads.Engine.Checking;

/// <summary>Checks decisions and bytes: the journal, and every byte that it has acknowledged. The check changes nothing.</summary>
/// <remarks>Servers may be using both. Their regular changes are not reported as damage.</remarks>
public sealed class DataCheck
{
    private readonly CheckOptions _options;
    private readonly IInspectedJournal _journal;
    private readonly AttemptCheck _attempts;
    private readonly JournalCheck _histories;
    private readonly UploadCheck _uploads;
    private readonly OrphanCheck _orphans;

    /// <param name="journal">The decisions.</param>
    /// <param name="time">The clock of the rate of reading.</param>
    public DataCheck(IInspectedJournal journal, IPartStore parts, CheckOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _journal = journal;
        var pace = new ReadPace(options.BytesPerSecond, time);
        var states = new EntityStates(_journal);
        var agreement = new AgreementCheck(states);
        var place = $"{options.PartsPlace}/";
        _attempts = new AttemptCheck(parts, options.Deep, pace);
        _histories = new JournalCheck(_journal, states, agreement, pace);
        _uploads = new UploadCheck(states, parts, place, _attempts, agreement);
        _orphans = new OrphanCheck(states, parts, place);
    }

    /// <summary>The progress of the check; updated after each reported damage and each history.</summary>
    public CheckPosition Position { get; private set; } = CheckPosition.Start;

    /// <summary>Checks everything, or continues an interrupted check.</summary>
    /// <param name="from">Where to start; <see cref="CheckPosition.Start"/> to check everything.</param>
    /// <param name="cancellationToken">Stops the check; <see cref="Position"/> is the progress.</param>
    /// <returns>The counts, including the interrupted check's.</returns>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public async Task<CheckTally> RunAsync(CheckPosition from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        Position = from;
        if (Position.Stage == CheckStage.Journal)
        {
            await CheckJournalAsync(cancellationToken);
        }
        else
        {
            await _histories.NoteIndexesAsync(cancellationToken);
        }

        if (Position.Stage == CheckStage.Bytes)
        {
            await CheckBytesAsync(cancellationToken);
        }

        if (Position.Stage == CheckStage.Orphans)
        {
            await FindOrphansAsync(cancellationToken);
        }

        return Position.Tally;
    }

    private async ValueTask CheckJournalAsync(CancellationToken cancellationToken)
    {
        if (Position.After.Length == 0)
        {
            CheckWhole();
            Report(_options.ReadKeys() is { } damage ? [damage] : []);
        }
        else
        {
            // Histories before this position are not checked again.
            await _histories.NoteIndexesAsync(cancellationToken);
        }

        await foreach (var (place, damage) in _histories.RunAsync(Position.After, cancellationToken))
        {
            Report(damage);
            Advance(place, Position.Tally with { Histories = Position.Tally.Histories + 1 });
        }

        Report(await _histories.FindUnlinkedLeavesAsync(cancellationToken));
        Begin(CheckStage.Bytes);
    }

    private void CheckWhole()
    {
        try
        {
            Report([.. _journal.CheckWhole().Select(fault => new Damage(DamageKind.Journal, fault) { File = _options.JournalFile })]);
        }
        catch (JournalDamagedException damaged)
        {
            Report([new Damage(DamageKind.Journal, damaged.Message) { File = _options.JournalFile }]);
        }
    }

    private async ValueTask CheckBytesAsync(CancellationToken cancellationToken)
    {
        await foreach (var stream in _journal.ListStreamsAsync(EntityKind.Upload, Position.After, cancellationToken))
        {
            if (UploadId.TryParse(stream.Entity.Key, out var upload))
            {
                await CheckAsync(upload, cancellationToken);
            }

            Advance(stream.Place, Position.Tally);
        }

        Begin(CheckStage.Orphans);
    }

    private async ValueTask CheckAsync(UploadId upload, CancellationToken cancellationToken)
    {
        var (partsBefore, bytesBefore) = (_uploads.Parts, _attempts.BytesRead);
        try
        {
            var (state, damage) = await _uploads.CheckAsync(upload, cancellationToken);
            Report(damage);
            var tally = Position.Tally;
            Position = Position with
            {
                Tally = tally with
                {
                    Archives = tally.Archives + (state is UploadState.Known { Completed: ArchiveCompletion } and not UploadState.Stored { ReleasedAt: not null } ? 1 : 0),
                    Objects = tally.Objects + (state is UploadState.Stored { Completion: ObjectCompletion, ReleasedAt: null } ? 1 : 0),
                    UnfreedBytes = tally.UnfreedBytes + (state is UploadState.Stored { ReleasedAt: not null, BytesReclaimed: false, Spec.ByteStorage: ByteStorage.Gateway } deleted
                        ? deleted.Completion.SizeBytes : 0),
                    OpenUploads = tally.OpenUploads + (state is UploadState.Open or UploadState.Completing { Spec: ObjectUploadSpec } ? 1 : 0),
                    Parts = tally.Parts + _uploads.Parts - partsBefore,
                    PartBytes = tally.PartBytes + _attempts.BytesRead - bytesBefore,
                },
            };
        }
        catch (JournalDamagedException)
        {
            // The damage was reported when the journal was checked.
        }
    }

    private async ValueTask FindOrphansAsync(CancellationToken cancellationToken)
    {
        var before = Position.Tally with { Orphans = 0 };
        var orphans = 0;
        await foreach (var orphan in _orphans.RunAsync(cancellationToken))
        {
            _options.OnOrphan(orphan);
            orphans++;
        }

        Position = new CheckPosition(CheckStage.Done, "", before with { Orphans = orphans });
    }

    private void Report(IReadOnlyCollection<Damage> damage)
    {
        foreach (var found in damage)
        {
            _options.OnDamage(found);
        }

        Position = Position with { Tally = Position.Tally with { Damaged = Position.Tally.Damaged + damage.Count } };
    }

    private void Advance(string after, CheckTally tally) => Position = Position with { After = after, Tally = tally };

    private void Begin(CheckStage stage) => Position = Position with { Stage = stage, After = "" };
}

public sealed record CheckOptions
{
    /// <summary>Whether to recompute tree hashes from the bytes, in addition to verifying the checksums of blocks.</summary>
    public bool Deep { get; init; }

    /// <summary>Where the bytes are: what the names of damaged files or objects begin with.</summary>
    public string PartsPlace { get; init; } = "";

    /// <summary>The file of the journal, relative to the data folder, or null if it is in a database.</summary>
    public string? JournalFile { get; init; }

    /// <summary>Maximum bytes to read per second, or null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Called for each damage when it is found.</summary>
    public Action<Damage> OnDamage { get; init; } = static _ => { };

    /// <summary>Called for each upload with bytes that nothing refers to.</summary>
    public Action<Orphan> OnOrphan { get; init; } = static _ => { };

    /// <summary>Reads the file of key pairs, which this project does not know. Returns its damage, or null if it is sound or missing.
    /// </summary>
    public Func<Damage?> ReadKeys { get; init; } = static () => null;
}

/// <summary>The stages of a check, in their order. The names are stored in the files that a check resumes from.</summary>
public enum CheckStage
{
    /// <summary>The journal, and the consistency of its entities.</summary>
    Journal,

    /// <summary>Manifests and parts of all archives and open uploads.</summary>
    Bytes,

    /// <summary>Bytes that nothing refers to.</summary>
    Orphans,

    /// <summary>Everything is checked.</summary>
    Done,
}

/// <summary>The progress of a check. A later check can continue from it.</summary>
/// <param name="After">The place in the journal up to which the stage is checked; "" at its beginning.</param>
/// <param name="Tally">The counts so far.</param>
public sealed record CheckPosition(CheckStage Stage, string After, CheckTally Tally)
{
    /// <summary>The beginning.</summary>
    public static CheckPosition Start { get; } = new(CheckStage.Journal, "", new CheckTally());
}

/// <summary>The counts of a check. The names are stored in the files that a check resumes from.</summary>
public sealed record CheckTally
{
    /// <summary>Number of entity histories in the journal.</summary>
    public long Histories { get; init; }

    /// <summary>Number of archives whose bytes were checked.</summary>
    public long Archives { get; init; }

    /// <summary>Number of objects whose bytes were checked.</summary>
    public long Objects { get; init; }

    /// <summary>Number of bytes of deleted archives and objects that are not freed yet.</summary>
    public long UnfreedBytes { get; init; }

    /// <summary>Number of open uploads whose bytes were checked.</summary>
    public long OpenUploads { get; init; }

    /// <summary>Number of parts whose bytes were checked.</summary>
    public long Parts { get; init; }

    /// <summary>Number of bytes of parts that were read.</summary>
    public long PartBytes { get; init; }

    /// <summary>Number of damages found.</summary>
    public long Damaged { get; init; }

    /// <summary>Number of uploads with bytes that nothing refers to.</summary>
    public long Orphans { get; init; }
}
