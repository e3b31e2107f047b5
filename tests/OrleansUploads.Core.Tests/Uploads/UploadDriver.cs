namespace OrleansUploads.Core.Tests.Uploads;

public class UploadDriver(RetrievalPolicy? restores = null, UploadPolicy? policy = null)
    : DeciderDriver<UploadState, UploadCommand, UploadEvent>(new UploadDecider(policy ?? new UploadPolicy(), restores))
{
    protected const long MiB = Some.MiB;

    /// <summary>The next incarnation of the same vault.</summary>
    protected static VaultIncarnation Later { get; } = Some.Incarnation with { Epoch = Some.Incarnation.Epoch + 1 };

    protected static VaultIncarnation Elsewhere { get; } = Some.Incarnation with { Id = Some.VaultNamed("music") };

    protected IReadOnlySet<AttemptId> AttemptsInUse => Answered<AttemptsInUse.Only>(new FenceAttempts(Now)).Attempts;

    protected IReadOnlyList<ListedPart> ListedParts => Ask(new ListParts(Some.Incarnation, 0, 10)).Parts;

    protected static InitiateUpload Initiate(
        UploadOrigin origin = UploadOrigin.Multipart, ByteStorage storage = ByteStorage.Gateway) =>
        new(Some.Spec(origin: origin, storage: storage));

    protected static StorePart Part(long first, long last, string content, int attempt = 1) =>
        new(Some.Incarnation, new PartRange(first, last), Some.Hash(content), Some.Attempt(attempt));

    protected static StorePart FullPart(int slot, string content = "a", int attempt = 1) =>
        Part(slot * MiB, ((slot + 1) * MiB) - 1, content, attempt);

    protected static ReportExternalPart Located(long first, long last, string content, string location = "here") =>
        new(Some.Incarnation, new PartRange(first, last), Some.Hash(content), Some.Location(location));

    protected static CompleteUpload Complete(long size, params string[] contents) => new(Some.Incarnation, size, Fold(contents));

    /// <summary>Carries out a command, and returns one of the intents that it raises.</summary>
    protected Intent Raised(string key, UploadCommand command) => Assert.Single(Do(command).Intents, intent => intent.Key == key);

    protected static TreeHash Fold(params string[] contents) => TreeHasher.Combine(contents.Select(Some.Hash).ToArray());
}
