using Amazon.Runtime;

namespace OrleansUploads.EndToEnd.Tests.Races;

/// <summary>How a request of a race ended.</summary>
/// <param name="Code">The code of the refusal, or null if the request succeeded.</param>
/// <param name="Text">What a success returned: an ETag or nothing.</param>
internal readonly record struct RaceAnswer(string? Code, string? Text = null)
{
    /// <summary>The request was not answered, because the server was killed.</summary>
    public static readonly RaceAnswer None = new("no answer");

    public bool IsSuccess => Code is null;

    public bool IsNone => this == None;

    /// <summary>Awaits a request.</summary>
    public static async Task<RaceAnswer> OfAsync(Func<Task<string?>> request)
    {
        try
        {
            return new RaceAnswer(null, await request());
        }
        catch (AmazonServiceException refused) when (refused is not AmazonUnmarshallingException && refused.StatusCode != 0)
        {
            return new RaceAnswer(refused.ErrorCode ?? $"{refused.StatusCode}");
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or AmazonServiceException or AmazonClientException)
        {
            return None;
        }
    }
}
