namespace OrleansUploads.Core.Tests.Uploads;

public abstract class ObjectDriver(RetrievalPolicy? restores = null, UploadPolicy? policy = null) : UploadDriver(restores, policy)
{
    protected static readonly PublicationVerdict Published = new PublicationVerdict.Published();

    protected static ObjectName Name { get; } = SomeObject.Spec().Name;

    /// <summary>An object of five bytes in one request.</summary>
    protected static PutObject PutOnce { get; } =
        new(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null);

    protected static ConfirmPublication Verdict(PublicationVerdict verdict, int round = 1) => new(round, verdict);

    protected static ConfirmPublication IsPublished(int round = 1) => Verdict(Published, round);

    /// <summary>Another object has replaced this one, and its bytes are reclaimed.</summary>
    protected UploadState.Stored AfterReplacement()
    {
        ConfirmAll();
        Now += UploadPolicy.DefaultReplacedObjectGrace;
        Wake();
        return Assert.IsType<UploadState.Stored>(State);
    }
}
