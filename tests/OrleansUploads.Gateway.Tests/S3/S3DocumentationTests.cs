using OrleansUploads.Gateway.S3;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3DocumentationTests
{
    private static readonly HashSet<string> Clients = ["boto3", "awscli", "AWSSDK.S3", "JS", "rclone", "s3cmd", "restic", ""];

    [Fact]
    public void Each_operation_has_a_correct_row_in_the_documentation()
    {
        var rows = Documentation.Rows("s3.md").Where(row => row.Length == 5 && row[0].StartsWith('`')).ToDictionary(row => row[0].Trim('`'));
        Assert.Equal(S3Operation.All.Select(operation => operation.Name).Order(), rows.Keys.Order());
        foreach (var (operation, row) in rows)
        {
            Assert.Equal("yes", row[1]);
            Assert.Subset(Clients, row[4].Split(", ").ToHashSet());
            foreach (var tests in row[3].Split(',', StringSplitOptions.TrimEntries))
            {
                var name = $"{typeof(S3DocumentationTests).Namespace}.{tests.Trim('`')}";
                Assert.True(
                    typeof(S3DocumentationTests).Assembly.GetType(name) is not null,
                    $"docs/s3.md names the test class {name}, which does not exist. Correct the row of {operation}.");
            }
        }
    }
}
