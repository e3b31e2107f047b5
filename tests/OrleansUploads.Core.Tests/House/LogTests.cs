namespace OrleansUploads.Core.Tests.House;

/// <summary>Operators filter logs by event ID.</summary>
public sealed partial class LogTests
{
    [Fact]
    public void Every_log_message_has_an_event_id_of_its_own()
    {
        var messages = Repository.Files("src", "*.cs")
            .Select(path => (Path: path, Text: File.ReadAllText(path)))
            .SelectMany(file => Message().Matches(file.Text)
                .Select(message => (File: Repository.Name(file.Path), Id: EventId().Match(file.Text, message.Index))))
            .ToList();

        Assert.True(messages.Count > 10, "The log messages were not found.");
        Assert.All(messages, message => Assert.True(message.Id.Success, $"{message.File} has a log message without an event ID."));
        Assert.Empty(messages
            .GroupBy(message => message.Id.Groups[1].Value)
            .Where(same => same.Count() > 1)
            .Select(same => $"Event ID {same.Key} is used by {string.Join(" and ", same.Select(message => message.File))}."));
    }

    [GeneratedRegex(@"\[LoggerMessage\(")]
    private static partial Regex Message();

    [GeneratedRegex(@"\G\[LoggerMessage\(\s*(?:EventId = )?(\d+)\s*,")]
    private static partial Regex EventId();
}
