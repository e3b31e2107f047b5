namespace OrleansUploads.TestKit.PartStores;

/// <summary>A part store that grants writes. A test writes as a node does: it stores an attempt under the granted name.</summary>
public sealed class GrantingPartStore(IPartStore inner) : DelegatingPartStore(inner), IWriteGrants
{
    public override IWriteGrants? Grants => this;

    /// <summary>Why nothing may be acknowledged, or null.</summary>
    public Exception? Loss { get; set; }

    public ValueTask<SignedWrite> SignAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new SignedWrite(
            new Uri($"memory://parts/{upload}/{attempt}?length={lengthBytes}"), new Dictionary<string, string> { ["If-None-Match"] = "*" }, until));

    public ValueTask RequireAsync(CancellationToken cancellationToken) =>
        Loss is { } loss ? ValueTask.FromException(loss) : ValueTask.CompletedTask;
}
