namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>Properties of all upload histories, tested on random ones with stored and with located parts.</summary>
public sealed class UploadHistoriesTests
{
    private const int Histories = 120;
    private const int CommandsEach = 60;

    [Fact]
    public void A_snapshot_gives_the_same_state() => ForEachHistory((upload, _) =>
    {
        upload.AssertSnapshotIsComplete();
        if (upload.State is UploadState.Open open)
        {
            Assert.Equal(open.Parts.From(1), Assert.IsType<UploadState.Open>(upload.Rebuilt()).Parts.From(1));
        }
    });

    [Fact]
    public void A_command_repeated_immediately_returns_the_same_answer_and_no_event() => ForEachHistory((upload, command) =>
    {
        var first = upload.Do(command);
        var second = upload.Unchanged(command);
        if (command is not (StorePart or FenceAttempts))
        {
            Assert.Equivalent(first.Answer, second.Answer, strict: true);
        }
        else
        {
            Assert.Equal(first.Answer is Refusal, second.Answer is Refusal);
        }
    });

    [Fact]
    public void A_refusal_produces_no_event_and_no_intent() => ForEachHistory((upload, command) =>
    {
        var decision = upload.Decider.Decide(upload.State, command, ServiceTime.Continuous(upload.Now));
        if (decision.Answer is Refusal)
        {
            Assert.Empty(decision.Events);
            Assert.Empty(decision.Intents);
        }
    });

    [Fact]
    public void Recorded_intents_raised_by_decisions_match_the_pending_intents_of_the_state() => ForEachHistory((upload, command) =>
    {
        var before = upload.Pending.Select(intent => intent.Key).ToHashSet();
        var decision = upload.Do(command);
        Assert.Equal(
            upload.Pending.Select(intent => intent.Key).Except(before).Order(),
            decision.Intents.Where(intent => intent.IsRecorded).Select(intent => intent.Key).Except(before).Order());
    });

    [Fact]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    public void An_upload_becomes_at_most_one_archive() => ForEachHistory((upload, _) =>
        Assert.True(upload.History.OfType<CompletionPublished>().Count() <= 1));

    private static void ForEachHistory(Action<UploadDriver, UploadCommand> check)
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Random(seed);
            var storage = seed % 2 == 0 ? ByteStorage.Gateway : ByteStorage.External;
            var upload = new UploadDriver();
            upload.Do(new InitiateUpload(Some.Spec(storage: storage)));
            for (var i = 0; i < CommandsEach; i++)
            {
                upload.Now += TimeSpan.FromSeconds(random.Next(10));
                var command = Draw(random, upload, storage);
                check(upload, command);
                upload.Do(command);
            }
        }
    }

    private static UploadCommand Draw(Random random, UploadDriver upload, ByteStorage storage) => random.Next(23) switch
    {
        0 => new InitiateUpload(Some.Spec(storage: storage)),
        1 => new FenceAttempts(upload.Now - TimeSpan.FromSeconds(random.Next(20))),
        2 when random.Next(4) == 0 => new AbortUpload(Some.Incarnation),
        3 => new ConfirmManifestStored(),
        4 => new ConfirmArchiveIndexed(),
        5 => random.Next(3) switch
        {
            0 => new ConfirmUploadListed(),
            1 => new ConfirmUploadUnlisted(),
            _ => new ConfirmBytesReclaimed(),
        },
        6 => upload.State is UploadState.Stored { Completion: ArchiveCompletion completed }
            ? new ReleaseArchive(completed.Archive, upload.Now, upload.Now + TimeSpan.FromHours(random.Next(2)))
            : new ListParts(Some.Incarnation, 0, 10),
        7 or 8 or 9 or 10 => Completion(random, upload.State),
        11 => Report(random, upload.Now, storage == ByteStorage.Gateway ? ByteStorage.External : ByteStorage.Gateway),
        _ => Report(random, upload.Now, storage),
    };

    private static UploadCommand Report(Random random, DateTimeOffset now, ByteStorage storage)
    {
        var slot = random.Next(4);
        var length = random.Next(5) == 0 ? random.Next(1, 1000) : Some.MiB;
        var range = new PartRange(slot * Some.MiB, (slot * Some.MiB) + length - 1);
        var hash = Some.Hash($"{random.Next(3)}");
        return storage == ByteStorage.Gateway
            ? new StorePart(
                Some.Incarnation,
                range,
                hash,
                Some.Attempt(random.Next(), now - TimeSpan.FromSeconds(random.Next(15))),
                random.Next(4) is var sender and > 0 ? new Sender($"KEY{sender}", "node-1", "192.0.2.7") : null)
            : new ReportExternalPart(Some.Incarnation, range, hash, Some.Location($"node-{random.Next(4)}"));
    }

    private static CompleteUpload Completion(Random random, UploadState state)
    {
        if (state is not UploadState.Open { Parts.Count: > 0 } open || random.Next(4) == 0)
        {
            return new CompleteUpload(Some.Incarnation, Some.MiB, Some.Hash("0"));
        }

        var parts = open.Parts.From(1).Select(placed => placed.Part).ToList();
        return new CompleteUpload(
            Some.Incarnation,
            parts.Sum(part => part.LengthBytes),
            TreeHasher.Combine(parts.Select(part => part.TreeHash).ToArray()));
    }
}
