namespace OrleansUploads.Engine;

/// <summary>The client's request for which the current flow of calls works, on every process that takes part in it.</summary>
public static class CurrentRequest
{
    private static readonly AsyncLocal<string?> Flow = new();

    /// <summary>The ID that the client got with the answer; null if the flow works for no request.</summary>
    public static string? Id
    {
        get => Flow.Value;
        set
        {
            if (Flow.Value != value)
            {
                Flow.Value = value;
            }
        }
    }
}
