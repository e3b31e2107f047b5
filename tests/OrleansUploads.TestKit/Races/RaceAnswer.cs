namespace OrleansUploads.TestKit.Races;

/// <summary>How a request of a race ended.</summary>
/// <param name="Code">The code of the refusal, or null if the request succeeded.</param>
/// <param name="Text">What a success returned: an ETag, an upload ID or nothing.</param>
public readonly record struct RaceAnswer(string? Code, string? Text = null)
{
    /// <summary>The request was not answered, because the server was killed.</summary>
    public static readonly RaceAnswer None = new("no answer");

    public bool IsSuccess => Code is null;

    public bool IsNone => this == None;
}
