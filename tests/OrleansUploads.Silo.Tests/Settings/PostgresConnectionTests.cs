namespace OrleansUploads.Silo.Tests.Settings;

public sealed class PostgresConnectionTests
{
    [Fact]
    public void Connections_keep_their_plans_unless_the_operator_says_otherwise()
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresConnection.WithDefaults("Host=db;Username=uploads"));
        Assert.Equal("db", connection.Host);
        Assert.True(connection.NoResetOnClose);
        Assert.Equal(50, connection.MaxAutoPrepare);
    }

    [Fact]
    public void A_server_that_does_not_answer_is_given_up_after_five_seconds_unless_the_operator_says_otherwise()
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresConnection.WithDefaults("Host=db"));
        Assert.Equal((5, 5, true), (connection.Timeout, connection.CommandTimeout, connection.TcpKeepAlive));
        connection = new NpgsqlConnectionStringBuilder(PostgresConnection.WithDefaults("Host=db;Timeout=9;CommandTimeout=60"));
        Assert.Equal((9, 60), (connection.Timeout, connection.CommandTimeout));
    }

    [Theory]
    [InlineData("No Reset On Close=false;Max Auto Prepare=0")]
    [InlineData("noresetonclose=false;maxautoprepare=0")]
    public void Settings_of_the_operator_replace_the_defaults(string settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresConnection.WithDefaults($"Host=db;{settings}"));
        Assert.False(connection.NoResetOnClose);
        Assert.Equal(0, connection.MaxAutoPrepare);
    }
}
