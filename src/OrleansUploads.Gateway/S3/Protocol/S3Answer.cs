using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The response of an operation, not yet written.</summary>
internal abstract class S3Answer : FrontAnswer
{
    /// <summary>Lets an operation return an error directly.</summary>
    public static implicit operator S3Answer(S3Error error) => new ErrorAnswer(error);
}
