namespace OrleansUploads.Gateway.Settings;

/// <summary>How log messages are written to standard error.</summary>
public enum LogFormat
{
    /// <summary>A line of text for each message, for people.</summary>
    Text,

    /// <summary>A JSON object in a line for each message, for programs.</summary>
    Json,
}
