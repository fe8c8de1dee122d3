"""The two answers to a logon.

In: the logon, the decision about it, the time. Out: the reply. Never knows: how it was decided.
Follows section 3.1 of the protocol; a refusal carries no address, no session and no key.
"""

from base.gateway.authorization import LogonDecision
from base.wire.bo.codes import LoginStatus, LogonType
from base.wire.bo.logon import ClientLogon


def welcome(request: ClientLogon, decision: LogonDecision, now_ns: int) -> ClientLogon:
    """Let a client in, with what it needs next."""
    primary_oes, secondary_oes, primary_mds, secondary_mds = decision.addresses
    return ClientLogon(
        LogonType=LogonType.LOGIN,
        Account=request.Account,
        UserName=request.UserName,
        TradingSessionID=decision.trading_session,
        PrimaryOrderEntryIP=primary_oes,
        SecondaryOrderEntryIP=secondary_oes,
        PrimaryMarketDataIP=primary_mds,
        SecondaryMarketDataIP=secondary_mds,
        SendingTime=now_ns,
        LastSeqNum=request.LastSeqNum,
        Key=decision.key,
        LoginStatus=LoginStatus.SUCCESS,
    )


def refusal(request: ClientLogon, decision: LogonDecision, now_ns: int) -> ClientLogon:
    """Turn a client away with one code and nothing else."""
    return ClientLogon(
        LogonType=LogonType.LOGIN,
        Account=request.Account,
        UserName=request.UserName,
        SendingTime=now_ns,
        LastSeqNum=request.LastSeqNum,
        LoginStatus=LoginStatus.FAILURE,
        RejectReason=decision.reject,
    )
