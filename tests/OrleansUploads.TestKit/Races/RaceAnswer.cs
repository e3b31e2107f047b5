namespace OrleansUploads.TestKit.Races;

/// <summary>How a request of a race ended.</summary>
public readonly record struct RaceAnswer(string? Code, string? Text = null)
{
    /// <summary>The request was not answered, because the server was killed.</summary>
    public static readonly RaceAnswer None = new("no answer");

    public bool IsSuccess => Code is null;

    public bool IsNone => this == None;
}
