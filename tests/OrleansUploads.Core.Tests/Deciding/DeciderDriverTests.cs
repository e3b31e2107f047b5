namespace OrleansUploads.Core.Tests.Deciding;

/// <summary>The tests of deciders rely on what their driver checks after each decision.</summary>
public sealed class DeciderDriverTests
{
    [Fact]
    public void A_decision_that_does_not_raise_what_becomes_pending_with_it_is_found()
    {
        var right = new AccountDecider();
        using var driver = new DeciderDriver<AccountState, AccountCommand, AccountEvent>(
            new Mistake<AccountState, AccountCommand, AccountEvent>(right)
            {
                Decides = (state, command, time) => right.Decide(state, command, time).Raising(),
            });

        var fault = Assert.Throws<Xunit.Sdk.TrueException>(() => driver.Do(new CreateVault(Some.Vault)));

        Assert.Contains("begin/", fault.Message, StringComparison.Ordinal);
    }
}
