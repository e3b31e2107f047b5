using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The response of an operation, not yet written.</summary>
internal abstract class GlacierAnswer : FrontAnswer
{
    /// <summary>Lets an operation return an error directly.</summary>
    public static implicit operator GlacierAnswer(GlacierError error) => new ErrorAnswer(error);
}
